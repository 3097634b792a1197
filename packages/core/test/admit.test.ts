import { createCatalogue } from "#src/catalogue.js";
import { draftOf, givenProduct, PRODUCT } from "#src/contract/given.js";
import { admit } from "#src/use-cases/admit.js";
import { createInService } from "#src/use-cases/in-service.js";
import { StoreRejected, StoreUnavailable, type FlashSalePorts, type HoldAnswer } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

const held: HoldAnswer = { kind: "held", epoch: 1, revision: 0, reservation: draftOf(1), available: 9 };
const unknownBuyer: HoldAnswer = { kind: "unknown-buyer", revision: 7 };
type Teach = FlashSalePorts["loading"]["teach"];

/** Admission answers in the order given, the last again and again; every teaching ends as `teach` says. */
async function opened(answers: readonly (HoldAnswer | Error)[], teach: Awaited<ReturnType<Teach>> = "taught") {
  const memory = createMemoryAdapters();
  await givenProduct(memory);
  const asked: { readonly reservationId: string; readonly epoch: number }[] = [];
  const lessons: Parameters<Teach>[] = [];
  let rebuilds = 0;
  const catalogue = createCatalogue(memory);
  const rebuild = async () => {
    rebuilds += 1;
    await memory.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(ledger.epoch + 1));
    return null;
  };
  const run = admit({
    orders: memory.orders,
    inService: createInService({ catalogue, rebuild }),
    admission: {
      ...memory.admission,
      admit: async ({ reservationId, epoch }) => {
        const answer = answers[Math.min(asked.length, answers.length - 1)];
        asked.push({ reservationId, epoch });
        if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer");
        return answer;
      },
    },
    loading: { ...memory.loading, teach: async (...lesson) => (lessons.push(lesson), teach) },
  });
  const { id: reservationId, userId, quantity, fingerprint } = draftOf(1);
  const wish = { productId: PRODUCT, userId, quantity, fingerprint, expectedPriceMinor: null };
  return { ...memory, asked, lessons, rebuilds: () => rebuilds, run: () => run(wish, reservationId) };
}

describe("admitting a buyer", () => {
  it("teaches the inventory a buyer it does not know, with the units that count, and asks again", async () => {
    const { orders, changes, run, lessons, asked } = await opened([unknownBuyer, held]);
    const drafts = [2, 3].map((n) => draftOf(n, { userId: "user-1" }));
    await orders.commit(PRODUCT, 1, [...drafts, draftOf(4)]);
    await changes.cancel(drafts[0]?.id ?? "");
    expect(await run()).to.equal(held);
    const [first, second] = drafts.map(({ id }) => id);
    const known = [
      { id: second, units: 1 },
      { id: first, units: 0 },
    ];
    expect(lessons).to.deep.equal([[PRODUCT, 1, 7, [{ userId: "user-1", orders: known }]]]);
    expect(asked).to.have.length(2);
  });

  it("gives up where changes come in between each time: nothing was held, and the inventory is left as it is", async () => {
    const { run, asked, rebuilds } = await opened([unknownBuyer], "behind");
    const fault: unknown = await run().catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "none" });
    expect(asked).to.have.length(20);
    expect(rebuilds()).to.equal(0);
  });

  it("restores an inventory that is lost before it is asked, or before it is taught, and asks the new one", async () => {
    const lost = await opened([{ kind: "not-in-service" }, held]);
    expect(await lost.run()).to.equal(held);
    expect(lost.asked.map(({ epoch }) => epoch)).to.deep.equal([1, 2]);
    const lostSoon = await opened([unknownBuyer, held], "not-in-service");
    expect(await lostSoon.run()).to.equal(held);
    expect(lostSoon.asked.map(({ epoch }) => epoch)).to.deep.equal([1, 2]);
    expect([lost.rebuilds(), lostSoon.rebuilds()]).to.deep.equal([1, 1]);
  });

  it("asks once more, with the same id, where nobody knows whether it was admitted, and only there", async () => {
    const unknown = new StoreUnavailable("inventory", "unknown");
    const asksAgain = await opened([unknown, held]);
    expect(await asksAgain.run()).to.equal(held);
    expect(asksAgain.asked).to.deep.equal(Array(2).fill({ reservationId: draftOf(1).id, epoch: 1 }));
    const twice = await opened([unknown]);
    expect(await twice.run().catch((fault: unknown) => fault)).to.equal(unknown);
    expect(twice.asked).to.have.length(2);
    for (const fault of [new StoreUnavailable("inventory", "none"), new StoreRejected("inventory"), new Error("?")]) {
      const { run, asked } = await opened([fault, held]);
      expect(await run().catch((thrown: unknown) => thrown)).to.equal(fault);
      expect(asked).to.have.length(1);
    }
  });
});
