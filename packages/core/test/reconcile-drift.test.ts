import { reconcile } from "#src/use-cases/reconcile.js";
import type { Change, Drift, InventoryStatus, Ledger, LockedLedger, Product, Reservation } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

const END_MS = 2_000_000;
const PRODUCT: Product = {
  id: "p",
  name: "Console",
  description: null,
  priceMinor: 4_999,
  currency: "USD",
  totalQuantity: 10,
  perUserLimit: 5,
  saleStartAtMs: 0,
  saleEndAtMs: END_MS,
  createdAtMs: 0,
  revision: 3,
  epoch: 2,
  committed: 4,
  soldQuantity: 4,
};
const LEDGER: Ledger = { epoch: 2, revision: 3, total: 10, committed: 4 };
const STATUS: InventoryStatus = {
  ...{ totalQuantity: 10, priceMinor: 4_999, perUserLimit: 5, saleStartAtMs: 0, saleEndAtMs: END_MS, revision: 3 },
  ...{ epoch: 2, available: 5, held: 1, purchased: 4, buyersLoaded: true, nowMs: 0 },
};

/** What is different from a sound sale: ten units, four of them sold, one held. */
interface Seen {
  readonly ledger?: Partial<Ledger>;
  readonly soldQuantity?: number;
  /** Null: no inventory is in service. */
  readonly status?: Partial<InventoryStatus> | null;
  readonly holds?: readonly { readonly id: string; readonly quantity: number }[];
}

const hold = ({ id, quantity }: { id: string; quantity: number }): Reservation => ({
  ...{ id, quantity, productId: "p", epoch: 2, userId: `u${id}`, priceMinor: 4_999, fingerprint: "" },
  ...{ admittedAtMs: 0, deadlineMs: 1 },
});
const cancellation = (id: string, revision: number, units: number): Change => ({
  ...{ kind: "cancel", id, productId: "p", revision, userId: `u${id}`, units },
});
const terms = (revision: number, totalQuantity: number): Change => {
  const { priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = PRODUCT;
  const now = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
  return { kind: "terms", id: `c${String(revision)}`, productId: "p", revision, terms: now };
};

interface Circumstances {
  readonly fix?: boolean;
  readonly nowMs?: number;
  /** All changes that the ledger has when they are read. */
  readonly changes?: readonly Change[];
}

/** What reconcile says and does that sees these, one after the other, and the last one from then on; null: no such product. */
async function reconciled(sights: readonly (Seen | null)[], { fix, nowMs = 0, changes = [] }: Circumstances = {}) {
  const memory = createMemoryAdapters();
  const did: string[] = [];
  let waitedMs = 0;
  let looks = 0;
  const sight = () => sights[Math.min(looks, sights.length) - 1] ?? null;
  const report = await reconcile({
    ...memory,
    orders: {
      ...memory.orders,
      withLedger: async (_, work) => {
        looks += 1;
        const seen = sight();
        if (seen === null) return null;
        const ledger = { ...LEDGER, ...seen.ledger };
        const product = { ...PRODUCT, ...ledger, soldQuantity: seen.soldQuantity ?? 4 };
        return work({ ...ledger, product, confirmed: async () => [] } as unknown as LockedLedger);
      },
    },
    inventory: {
      ...memory.inventory,
      audit: async () => {
        const { status, holds = [{ id: "held", quantity: 1 }] } = sight() ?? {};
        return status === null ? null : { status: { ...STATUS, ...status }, holds: holds.map(hold) };
      },
    },
    changes: {
      ...memory.changes,
      after: async (_, revision, limit) => changes.filter((one) => one.revision > revision).slice(0, limit),
    },
    products: { ...memory.products, projectSold: async () => did.push("project") },
    rebuild: async (...args) => (did.push(`rebuild ${args.join()}`), null),
    followChanges: async () => void did.push("follow"),
    clock: { now: () => nowMs, sleep: async (ms) => void (waitedMs += ms) },
  })("p", fix === undefined ? undefined : { fix });
  return { report, drift: report?.drift, did, waitedMs };
}

describe("what reconcile takes for drift", () => {
  it("is nothing of a sound sale, of which it looks once, and repairs nothing", async () => {
    const { report, did, waitedMs } = await reconciled([{}], { fix: true });
    expect(report).to.deep.equal({
      ...{ productId: "p", epoch: 2, total: 10, committed: 4, available: 5, held: 1, purchased: 4, soldQuantity: 4 },
      ...{ drift: [], fixed: false },
    });
    expect({ did, waitedMs }).to.deep.equal({ did: [], waitedMs: 0 });
  });

  it("is nothing of no product, nor of one that is gone while it waits", async () => {
    expect((await reconciled([null])).report).to.equal(null);
    expect((await reconciled([{ soldQuantity: 3 }, null])).report).to.equal(null);
  });

  it("is a missing inventory until the sale ends, and not from that instant on", async () => {
    const drift = async (nowMs: number) => (await reconciled([{ status: null }], { nowMs })).drift;
    expect(await drift(END_MS - 1)).to.deep.equal([{ kind: "missing-inventory" }]);
    expect(await drift(END_MS)).to.deep.equal([]);
  });

  it("is a projection that stands still for five seconds, above what was sold or below", async () => {
    for (const soldQuantity of [3, 5]) {
      const { drift, waitedMs } = await reconciled([{ soldQuantity }]);
      expect(drift).to.deep.equal([{ kind: "sold-quantity", expected: 4, found: soldQuantity }]);
      expect(waitedMs).to.equal(5_000);
    }
  });

  it("is no projection of a number that the ledger has passed since the first look, up or down", async () => {
    const sold = (committed: number): Seen => {
      const status = { purchased: committed, available: 9 - committed };
      return { ledger: { committed }, status, soldQuantity: 4 };
    };
    for (const sights of [
      [sold(3), sold(5)],
      [sold(5), sold(3)],
    ]) {
      const { drift, waitedMs } = await reconciled(sights);
      expect(drift).to.deep.equal([]);
      expect(waitedMs).to.equal(100);
    }
  });

  it("is no projection that moves, wherever it is", async () => {
    expect((await reconciled([{ soldQuantity: 1 }, { soldQuantity: 2 }])).drift).to.deep.equal([]);
  });

  it("is a counter that is wrong at any revision", async () => {
    const total: Seen = { status: { totalQuantity: 11, available: 6 } };
    const purchased: Seen = { status: { purchased: 5, available: 4 } };
    expect((await reconciled([total])).drift).to.deep.equal([{ kind: "total", expected: 10, found: 11 }]);
    expect((await reconciled([purchased])).drift).to.deep.equal([{ kind: "purchased", expected: 4, found: 5 }]);
  });

  describe("in an inventory that was where the ledger was, and is behind by now", () => {
    /** Behind the ledger, which has committed `committed` units and puts `total` on sale. */
    const behind = (missing: number, committed: number, seen: Omit<Seen, "ledger"> = {}, total = 10): Seen[] => {
      const ledger = { revision: 3 + missing, committed, total };
      // Late at the first look, so that there is a second one.
      return [{ soldQuantity: 0 }, { ...seen, ledger, soldQuantity: 4 }];
    };

    it("is not what was cancelled meanwhile, and still counts as purchased there", async () => {
      const sights = behind(2, 1);
      const changes = [cancellation("a", 4, 1), cancellation("b", 5, 2)];
      expect((await reconciled(sights, { changes })).drift).to.deep.equal([]);
    });

    it("is not what was cancelled while it was still held: that was never counted as purchased", async () => {
      const holds = [{ id: "held", quantity: 1 }];
      const sights = behind(1, 4, { holds });
      expect((await reconciled(sights, { changes: [cancellation("held", 4, 1)] })).drift).to.deep.equal([]);
    });

    it("is what nothing of this explains: cancelled later, or never", async () => {
      const sights = behind(1, 3, { status: { purchased: 5, available: 4 } });
      const changes = [cancellation("a", 4, 1), cancellation("later", 5, 1)];
      expect((await reconciled(sights, { changes })).drift).to.deep.equal([
        { kind: "purchased", expected: 4, found: 5 },
      ]);
    });

    it("is another total where none was changed meanwhile, and only there", async () => {
      const cancelled = behind(1, 3, { status: { totalQuantity: 12, available: 7 } });
      expect((await reconciled(cancelled, { changes: [cancellation("a", 4, 1)] })).drift).to.deep.equal([
        { kind: "total", expected: 10, found: 12 },
      ]);
      const changed = behind(2, 3, {}, 12);
      const changes = [cancellation("a", 4, 1), terms(5, 12)];
      expect((await reconciled(changed, { changes })).drift).to.deep.equal([]);
    });

    it("is not judged where more is missing than can be read", async () => {
      const sights = behind(2, 9, {}, 12);
      expect((await reconciled(sights, { changes: [cancellation("a", 4, 1)] })).drift).to.deep.equal([]);
    });
  });
});

describe("what reconcile repairs", () => {
  const late: Seen = { soldQuantity: 3 };
  const behind: Seen = { status: { revision: 2 } };
  const ahead: Seen = { status: { revision: 4 } };
  const leaking: Seen = { status: { available: 4 } };
  const changes = [terms(3, 10)];

  const repairs: readonly [string, Seen, readonly Drift["kind"][], readonly string[]][] = [
    ["projects what is not projected, and nothing else", late, ["sold-quantity"], ["project"]],
    ["follows what is not followed, and nothing else", behind, ["revision"], ["follow"]],
    ["both, each in its way", { ...late, ...behind }, ["revision", "sold-quantity"], ["project", "follow"]],
    ["rebuilds an inventory whose counters are wrong", leaking, ["stock"], ["rebuild p,2"]],
    ["rebuilds and projects", { ...late, ...leaking }, ["stock", "sold-quantity"], ["project", "rebuild p,2"]],
    ["rebuilds one that is ahead of the ledger", ahead, ["revision"], ["rebuild p,2"]],
    [
      "rebuilds one that is wrong besides being behind",
      { status: { revision: 2, available: 4 } },
      ["stock", "revision"],
      ["rebuild p,2"],
    ],
  ];
  for (const [what, seen, kinds, expected] of repairs)
    it(what, async () => {
      const { report, did } = await reconciled([seen], { fix: true, changes });
      expect(report?.drift.map(({ kind }) => kind)).to.deep.equal(kinds);
      expect(report?.fixed).to.equal(true);
      expect(did).to.deep.equal(expected);
      for (const unasked of [{ changes }, { changes, fix: false }])
        expect((await reconciled([seen], unasked)).did).to.deep.equal([]);
    });
});
