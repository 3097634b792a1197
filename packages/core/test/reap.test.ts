import { draftsOf, PRODUCT } from "#src/contract/given.js";
import { reap } from "#src/use-cases/reap.js";
import type { Announcement, Reservation } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

type Standing = "void" | "confirmed" | "cancelled" | "changed";

/** Expired holds, each of which ends as the ledger says; a change's stays, as though its end were not here yet. */
function opened(standing: readonly Standing[], { before = 0, after = 1 } = {}) {
  const memory = createMemoryAdapters();
  let holds: Reservation[] = draftsOf(1, standing.length);
  const standingOf = new Map(holds.map(({ id }, at) => [id, standing[at] ?? "void"]));
  const done: string[] = [];
  const announced: Announcement[] = [];
  const end = (doing: string, ended: readonly Reservation[]) => {
    done.push(`${doing} ${String(ended.length)}`);
    holds = holds.filter(({ id }) => !ended.some((one) => one.id === id));
  };
  const run = reap({
    inventory: { ...memory.inventory, expired: async (_product, _epoch, max) => holds.slice(0, max) },
    orders: {
      ...memory.orders,
      void: async (_product, reservations) => {
        done.push(`void ${String(reservations.length)}`);
        return reservations.map(({ id }) => standingOf.get(id) ?? "void");
      },
    },
    admission: {
      ...memory.admission,
      confirm: async (_product, _epoch, ended) => end("confirm", ended),
      release: async (_product, _epoch, ended) => (end("release", ended), { before, after }),
    },
    announce: (announcement) => announced.push(announcement),
    followChanges: async () => void done.push("follow"),
  });
  return { run: () => run(PRODUCT, 1), done, announced };
}

describe("reaping", () => {
  it("writes the voids first, and ends each hold as its reservation has ended", async () => {
    const { run, done } = opened(["confirmed", "void", "cancelled", "void", "changed", "void"]);
    expect(await run()).to.deep.equal({ voided: 3, confirmed: 1, changed: 2 });
    expect(done).to.deep.equal(["void 6", "confirm 1", "release 3", "follow"]);
  });

  it("asks no store for what there is none of", async () => {
    for (const [standing, calls] of [
      ["void", ["void 1", "release 1"]],
      ["confirmed", ["void 1", "confirm 1"]],
      ["cancelled", ["void 1", "follow"]],
    ] as const) {
      const { run, done } = opened([standing]);
      await run();
      expect(done).to.deep.equal(calls);
    }
    const { run, done } = opened([]);
    expect(await run()).to.deep.equal({ voided: 0, confirmed: 0, changed: 0 });
    expect(done).to.deep.equal([]);
  });

  it("takes 500 in one transaction, and goes on until there are no more", async () => {
    const { run, done } = opened(Array.from({ length: 1_001 }, (_, n) => (n % 2 === 0 ? "void" : "confirmed")));
    expect(await run()).to.deep.equal({ voided: 501, confirmed: 500, changed: 0 });
    expect(done.filter((call) => call.startsWith("void"))).to.deep.equal(["void 500", "void 500", "void 1"]);
  });

  it("goes on behind a full batch of which some are changes", async () => {
    const { run } = opened(["changed", ...Array<Standing>(500).fill("void")]);
    expect(await run()).to.include({ voided: 500 });
  });

  it("goes on where only confirms were lost, and comes to its end where all that is found are changes", async () => {
    expect(await opened(Array<Standing>(501).fill("confirmed")).run()).to.include({ confirmed: 501 });
    const { run, done } = opened(Array<Standing>(501).fill("changed"));
    expect(await run()).to.deep.equal({ voided: 0, confirmed: 0, changed: 500 });
    expect(done).to.deep.equal(["void 500", "follow"]);
  });

  it("tells everybody of units that came back where there were none, and of no others", async () => {
    const soldOut = opened(["void"]);
    await soldOut.run();
    expect(soldOut.announced).to.deep.equal([{ kind: "back-on-sale", productId: PRODUCT, epoch: 1 }]);
    for (const stock of [
      { before: 1, after: 2 },
      { before: 0, after: 0 },
    ]) {
      const { run, announced } = opened(["void"], stock);
      await run();
      expect(announced, JSON.stringify(stock)).to.deep.equal([]);
    }
  });
});
