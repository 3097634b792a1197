import { expect } from "chai";
import type { Change, OrderDraft } from "@flash-sale/core";
import type { BookView, MemoryDatabase } from "#src/memory/database.js";
import { createInvariants } from "#src/simulation/invariants.js";
import { createJournal } from "#src/simulation/journal.js";

const TERMS = { totalQuantity: 10, priceMinor: 100, saleStartAtMs: 0, saleEndAtMs: 1_000 };
const draft = (epoch: number, admittedAtMs: number) => ({ productId: "p", epoch, admittedAtMs }) as OrderDraft;

/** A product whose limit was lowered from 2 to 1, and whose first life is in service. */
function lowered() {
  const change = {
    kind: "terms",
    id: "c",
    productId: "p",
    revision: 1,
    terms: { ...TERMS, perUserLimit: 1 },
  } as Change;
  const product = { id: "p", name: "sale 0", ...TERMS, perUserLimit: 2 };
  const ledger = { epoch: 1, revision: 1, total: 10, committed: 0 };
  const book = { product, ledger, orders: [], changes: [change], rows: new Map() } as unknown as BookView;
  let nowMs = 0;
  const journal = createJournal(() => nowMs, false);
  const invariants = createInvariants({
    sales: [{ totalQuantity: 10, perUserLimit: 2, startsInMs: 0, durationMs: 1_000 }],
    database: { inspect: () => book, ledger: () => ledger } as unknown as MemoryDatabase,
    hot: () => ({ servers: [], isTainted: () => false }),
    journal,
    nowMs: () => nowMs,
  });
  invariants.written("p");
  return {
    at: (atMs: number, look: (on: typeof invariants) => void) => {
      nowMs = atMs;
      look(invariants);
      return journal.violation()?.sentence ?? null;
    },
    change,
  };
}

describe("the simulator's look at what the ledger refuses by the limit", () => {
  const answer = { kind: "void", cause: "limit" } as const;

  it("excuses who was admitted before this life of the inventory had followed to a lower limit", () => {
    const { at, change } = lowered();
    expect(at(20, (on) => on.answered(answer, draft(1, 10)))).to.equal(null);
    at(30, (on) => on.applying(1, change, { kind: "applied", before: 10, after: 10 }));
    expect(at(40, (on) => on.answered(answer, draft(1, 30)))).to.equal(null);
    expect(at(40, (on) => on.answered(answer, draft(1, 31)))).to.match(/had to refuse/);
  });

  it("does not take a life for one that has followed because another's rebuild had, and did not come to its end", () => {
    const { at } = lowered();
    at(20, (on) => on.loaded("p", 2, 1));
    expect(at(40, (on) => on.answered(answer, draft(1, 30)))).to.equal(null);
    expect(at(40, (on) => on.answered(answer, draft(2, 30)))).to.match(/had to refuse/);
  });
});
