import { expect } from "chai";
import { shrink, simulate, type Plan, type Stores } from "@flash-sale/core/simulation";

/** A reaper that gives units back for which no void stands. */
const rewire = (stores: Stores): Stores => ({
  ...stores,
  orders: {
    ...stores.orders,
    void: async (_productId, reservations) =>
      Promise.all(reservations.map(async ({ id }) => (await stores.orders.find(id))?.status ?? "void")),
  },
});

async function firstFailingSeed(): Promise<number> {
  for (let seed = 1; seed <= 40; seed += 1) if ((await simulate({ seed, rewire })).violation) return seed;
  throw new Error("no seed fails");
}

describe("shrinking", () => {
  it("leaves a third of the faults or less, and a plan that fails in the same way as often as it is run", async function () {
    this.timeout(120_000);
    const seed = await firstFailingSeed();
    const first = await simulate({ seed, rewire });
    const shrunk = await shrink({ seed, rewire });

    expect(shrunk?.invariant).to.equal(first.violation?.invariant);
    expect(shrunk?.plan.faults.length).to.be.at.most(first.plan.faults.length / 3);
    expect(shrunk?.plan.attempts).to.be.lessThan(first.plan.attempts);
    expect(shrunk?.report.events).to.be.lessThan(first.events);
    expect(shrunk?.report.trace.some((line) => line.includes("VIOLATION"))).to.equal(true);

    // As it comes back from a file.
    const plan = JSON.parse(JSON.stringify(shrunk?.plan)) as Plan;
    for (let time = 0; time < 2; time += 1) {
      const again = await simulate({ seed, rewire, replan: () => plan });
      expect(again.violation).to.deep.equal(shrunk?.report.violation);
      expect([again.hash, again.events]).to.deep.equal([shrunk?.report.hash, shrunk?.report.events]);
    }
  });

  it("stops when the runs that it was given are used up", async function () {
    this.timeout(60_000);
    const shrunk = await shrink({ seed: await firstFailingSeed(), rewire }, 5);
    expect(shrunk?.runs).to.be.within(2, 6);
    expect(shrunk?.report.violation?.invariant).to.equal(shrunk?.invariant);
  });

  it("has nothing to say of a seed that does not fail", async function () {
    this.timeout(20_000);
    expect(await shrink({ seed: 1 })).to.equal(null);
  });
});
