import {
  StoreUnavailable,
  type Changes,
  type FlashSalePorts,
  type InventoryChanges,
  type Orders,
} from "@flash-sale/core";
import {
  simulate,
  type Guards,
  type Invariant,
  type Plan,
  type PlannedFault,
  type SimulationOptions,
  type SimulationReport,
  type Stores,
} from "@flash-sale/core/simulation";

/** A missing guard must be missed within so many seeds; most are in the first few. */
const SEEDS_TO_FIND_IT = 150;

export type Rewire = NonNullable<SimulationOptions["rewire"]>;

/** A simulated world with one guard of the protocol taken out. */
export interface Control {
  /** What is built then. */
  readonly built: string;
  /** What the protocol says. */
  readonly guard: string;
  readonly breaks: readonly Invariant[];
  readonly rewire?: Rewire;
  readonly rewireProcess?: (ports: FlashSalePorts) => FlashSalePorts;
  readonly guards?: Partial<Guards>;
  readonly replan?: (plan: Plan) => Plan;
}

/** What one control showed. */
export interface Shown {
  readonly built: string;
  readonly guard: string;
  readonly invariant: Invariant;
  /** The first that finds it. */
  readonly seed: number;
}

const withOrders = (change: (orders: Orders, stores: Stores) => Partial<Orders>): Rewire => {
  return (stores) => ({ ...stores, orders: { ...stores.orders, ...change(stores.orders, stores) } });
};

const withChanges = (change: (changes: Changes, stores: Stores) => Partial<Changes>): Rewire => {
  return (stores) => ({ ...stores, changes: { ...stores.changes, ...change(stores.changes, stores) } });
};

const withInventoryChanges = (
  change: (changes: InventoryChanges, stores: Stores) => Partial<InventoryChanges>,
): Rewire => {
  return (stores) => ({
    ...stores,
    inventoryChanges: { ...stores.inventoryChanges, ...change(stores.inventoryChanges, stores) },
  });
};

/** Changes of these kinds all the while, and these faults instead of the planned ones. */
const busyWith =
  (kinds: Plan["changes"]["kinds"], faults: PlannedFault[]) =>
  (plan: Plan): Plan => ({ ...plan, changes: { everyMs: 200, kinds, regret: 0 }, faults });

/** One of a kind every second. */
const everySecond = (fault: (atMs: number) => PlannedFault[]): PlannedFault[] =>
  Array.from({ length: 8 }, (_, second) => fault(1_000 * (second + 1))).flat();

const withOrdersOfProcess =
  (change: (orders: Orders) => Partial<Orders>) =>
  (ports: FlashSalePorts): FlashSalePorts => ({ ...ports, orders: { ...ports.orders, ...change(ports.orders) } });

/** These faults instead of the planned ones. */
const struckBy =
  (faults: PlannedFault[]) =>
  (plan: Plan): Plan => ({ ...plan, faults });

/** Stock that is gone comes back again and again, and nothing tells that it does. */
const lyingInventory =
  (totalQuantity: number, users: number) =>
  (plan: Plan): Plan => ({
    ...plan,
    sales: [{ ...plan.sales[0], totalQuantity, perUserLimit: 2 }],
    users,
    changes: { everyMs: 0, kinds: [], regret: 0 },
    faults: Array.from({ length: 30 }, (_, turn) => ({
      atMs: 300 * (turn + 1),
      kind: "unnoticed snapshot",
      trap: null,
    })),
  });

/** Every rebuild may meet it: lost, the load under way, lost again just as it arrives. */
export const loadsThatComeLate = struckBy(
  [1_000, 4_000, 7_000].flatMap((atMs): PlannedFault[] => [
    { atMs, kind: "late call", trap: { method: "load", phase: "sent" } },
    { atMs: atMs + 1, kind: "inventory lost", trap: null },
    { atMs: atMs + 900, kind: "inventory lost", trap: { method: "load", phase: "arriving" } },
  ]),
);

/** Each takes one guard out of the wiring. `replan` leads to where chance seldom does. */
export const controls: readonly Control[] = [
  {
    built: "a reaper that releases without a void",
    guard: "Units of a live hold go back only after a void stands in Postgres for its id.",
    breaks: ["I6"],
    rewire: withOrders((orders) => ({
      void: async (_productId, reservations) =>
        Promise.all(reservations.map(async ({ id }) => (await orders.find(id))?.status ?? "void")),
    })),
  },
  {
    built: "a commit that ignores the epoch",
    guard: "The commit checks the epoch.",
    breaks: ["I2", "soundness"],
    rewire: withOrders((orders, { products }) => ({
      commit: async (productId, epoch, drafts) =>
        orders.commit(productId, (await products.find(productId))?.epoch ?? epoch, drafts),
    })),
  },
  {
    built: "a commit that tells of orders it has not written",
    guard: "Only when the order is durable is the buyer told 201.",
    breaks: ["I4", "I6"],
    rewire: withOrders((orders) => ({
      commit: async (productId, epoch, drafts) => {
        const [first, ...others] = drafts;
        if (!first || others.length > 0) return orders.commit(productId, epoch, drafts);
        return [{ kind: "order", created: true, order: { ...first, number: 1, status: "confirmed" } }];
      },
    })),
  },
  {
    built: "a commit that gives orders ids of its own",
    guard: "The reservation's id becomes the order's.",
    breaks: ["idempotency", "I4", "I6"],
    rewire: withOrders((orders) => {
      let made = 0;
      return {
        commit: (productId, epoch, drafts) =>
          orders.commit(
            productId,
            epoch,
            drafts.map((draft) => ({ ...draft, id: `${draft.id} ${String((made += 1))}` })),
          ),
      };
    }),
  },
  {
    built: "a rebuild from what was committed before it had the lock",
    guard: "A rebuild loads total − committed from the locked row.",
    breaks: ["I2", "soundness"],
    rewire: withOrders((orders) => {
      const seen = new Map<string, number>();
      return {
        withLedger: (productId, work) =>
          orders.withLedger(productId, async (ledger) => {
            const committed = seen.get(productId) ?? 0;
            seen.set(productId, ledger.committed);
            return work({ ...ledger, committed });
          }),
      };
    }),
  },
  {
    built: "a ledger with a higher total than was put on sale",
    guard: "The hard cap stands in the ledger.",
    // Who looks at the sale before it sells out sees it first.
    breaks: ["I1", "linearizability"],
    rewire: (stores) => ({
      ...stores,
      products: {
        ...stores.products,
        create: (created) =>
          stores.products.create(created.map((product) => ({ ...product, totalQuantity: product.totalQuantity + 3 }))),
      },
    }),
  },
  {
    built: "a limit that neither the inventory nor the ledger knows",
    guard: "Nobody has more than the limit.",
    breaks: ["I3"],
    rewire: (stores) => ({
      ...stores,
      products: {
        ...stores.products,
        create: (created) => stores.products.create(created.map((product) => ({ ...product, perUserLimit: 1_000 }))),
      },
    }),
  },
  {
    built: "an inventory that knows no limit",
    guard: "The inventory refuses whoever is at the limit.",
    breaks: ["soundness"],
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        load: (productId, epoch, terms, committed) =>
          stores.loading.load(productId, epoch, { ...terms, perUserLimit: 1_000 }, committed),
      },
    }),
  },
  {
    built: "an inventory that lets a buyer's new hold take the place of the one that stands",
    guard: "A buyer has at most one live hold a product.",
    breaks: ["I2", "I6", "soundness"],
    rewire: (stores) => ({
      ...stores,
      inventory: {
        ...stores.inventory,
        async hold(request, lock) {
          const answer = await stores.inventory.hold(request, lock);
          if (answer.kind !== "refused" || answer.reason !== "in-progress") return answer;
          const { productId, epoch, userId } = request;
          const holds = (await stores.inventory.audit(productId, epoch))?.holds ?? [];
          await stores.inventory.release(
            productId,
            epoch,
            holds.filter((hold) => hold.userId === userId),
          );
          return stores.inventory.hold(request, "granted");
        },
      },
    }),
  },
  {
    built: "an inventory that is told of buyers, but not of their orders",
    guard: "A rebuilt inventory is taught what its buyers have.",
    breaks: ["soundness", "idempotency", "I2"],
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        teach: (productId, epoch, revision, buyers) =>
          stores.loading.teach(
            productId,
            epoch,
            revision,
            buyers.map(({ userId }) => ({ userId, orders: [] })),
          ),
      },
    }),
  },
  {
    built: "an inventory that is full again after every loss",
    guard: "available = total − committed.",
    breaks: ["I2", "soundness"],
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        load: (productId, epoch, terms) => stores.loading.load(productId, epoch, terms, 0),
      },
    }),
  },
  {
    built: "an inventory whose holds never expire",
    guard: "The reaper takes holds past their deadline.",
    breaks: ["I2", "I5"],
    rewire: (stores) => ({ ...stores, inventory: { ...stores.inventory, expired: async () => [] } }),
  },
  {
    built: "a reaper that releases the hold of a cancelled order, whose units the inventory puts back when it follows",
    guard: "The hold of a cancelled order ends when the inventory follows, and its units go back once.",
    breaks: ["I2", "I6"],
    replan: busyWith(
      ["cancel one"],
      everySecond((atMs) => [
        { atMs, kind: "crash", trap: { method: "confirm", phase: "sent" } },
        { atMs, kind: "orders cancelled", trap: { method: "void", phase: "arriving" } },
      ]),
    ),
    rewire: withOrders((orders) => ({
      void: async (productId, reservations) =>
        (await orders.void(productId, reservations)).map((status) => (status === "cancelled" ? "void" : status)),
    })),
  },
  {
    built: "a teacher who may have read before an order was cancelled",
    guard: "Teaching is for the revision at which the orders were read.",
    breaks: ["I2"],
    replan: busyWith(
      ["cancel many"],
      [
        { atMs: 4_000, kind: "inventory lost", trap: null },
        ...everySecond(() => [
          { atMs: 4_000, kind: "orders cancelled", trap: { method: "pageOfBuyers", phase: "answered" } },
        ]),
      ],
    ),
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        async teach(productId, epoch, revision, buyers) {
          const answer = await stores.loading.teach(productId, epoch, revision, buyers);
          if (answer !== "behind") return answer;
          const now = await stores.inventory.status(productId, epoch);
          return stores.loading.teach(productId, epoch, now?.revision ?? revision, buyers);
        },
      },
    }),
  },
  {
    built: "an inventory that applies a change again",
    guard: "Redis applies r + 1 only at r.",
    breaks: ["I2", "I6", "soundness"],
    rewire: withInventoryChanges((changes, { inventory }) => ({
      async apply(epoch, change) {
        const answer = await changes.apply(epoch, change);
        if (answer.kind !== "applied-before") return answer;
        const status = await inventory.status(change.productId, epoch);
        return changes.apply(epoch, { ...change, revision: (status?.revision ?? 0) + 1 });
      },
    })),
  },
  {
    built: "a total that is lowered by units of another epoch or revision",
    guard: "Units are withheld from the inventory of this very epoch and revision.",
    breaks: ["I2", "soundness"],
    replan: busyWith(
      ["lower", "cancel one"],
      everySecond((atMs) => [
        { atMs, kind: "late call", trap: { method: "change", phase: "sent" } },
        { atMs, kind: "inventory lost", trap: { method: "change", phase: "sent" } },
      ]),
    ),
    rewire: withChanges((changes, { products }) => ({
      async change(productId, id, edit, withheld) {
        const product = await products.find(productId);
        if (!product || !withheld) return changes.change(productId, id, edit, withheld);
        const { epoch, revision } = product;
        return changes.change(productId, id, edit, { epoch, revision, units: withheld.units });
      },
    })),
  },
  {
    built: "a total that is lowered by units that nobody took out of stock",
    guard: "Lowering a total first holds those units.",
    breaks: ["I2", "soundness"],
    replan: busyWith(["lower"], []),
    rewire: withInventoryChanges((changes, { inventory }) => ({
      async withhold(request) {
        const answer = await changes.withhold(request);
        if (answer.kind === "withheld") await inventory.release(request.productId, request.epoch, [answer.reservation]);
        return answer;
      },
    })),
  },
  {
    built: "a change that does not look for its void",
    guard: "A change that wakes up late finds its void and gives up.",
    breaks: ["I2", "soundness"],
    replan: busyWith(
      ["lower"],
      everySecond((atMs) => [{ atMs, kind: "pause", trap: { method: "withhold", phase: "answered" } }]),
    ),
    rewire: withChanges((changes) => ({
      async change(productId, id, edit, withheld) {
        const answer = await changes.change(productId, id, edit, withheld);
        return answer?.kind === "void" ? changes.change(productId, `again ${id}`, edit, withheld) : answer;
      },
    })),
  },
  {
    built: "an epoch that came to nothing, given again",
    guard: "An epoch is never given twice.",
    breaks: ["I2", "I6", "soundness"],
    // Every rebuild may meet it: lost, the load under way, lost again just as it arrives.
    replan: loadsThatComeLate,
    rewire: withOrders((orders) => ({
      withLedger: (productId, work) =>
        orders.withLedger(productId, (ledger) =>
          work({ ...ledger, nextEpoch: async (atLeast) => Math.max(ledger.epoch + 1, atLeast) }),
        ),
    })),
  },
  {
    built: "a cap that is counted by the snapshot from before the wait for the lock",
    guard: "Lock the ledger row, then in a later statement insert the orders that fit under the total.",
    breaks: ["I1"],
    replan: lyingInventory(40, 40),
    guards: { countsAfterTheWait: false },
  },
  {
    built: "an epoch that is read in the snapshot from before the wait for the lock",
    guard: "Lock the ledger row, check the epoch: FOR NO KEY UPDATE, which waits for the rebuild.",
    breaks: ["I2", "soundness"],
    replan: struckBy(everySecond((atMs) => [{ atMs, kind: "inventory lost", trap: null }])),
    guards: { readsEpochAfterTheWait: false },
  },
  {
    built: "transactions that stay open for as long as their process sleeps or is gone",
    guard: "Where a transaction stays open across a round trip, the idle-in-transaction time-out is at most 1 s.",
    breaks: ["I2", "I5"],
    replan: struckBy(
      everySecond((atMs) => [
        { atMs, kind: "inventory lost", trap: null },
        { atMs, kind: "crash", trap: { method: "moveEpoch", phase: "answered" } },
      ]),
    ),
    guards: { endsIdleTransactions: false },
  },
  {
    built: "an inventory that does not look which Redis it is in",
    guard: "The Redis that answers is the one that was loaded.",
    breaks: ["I2", "I6", "soundness", "idempotency", "linearizability"],
    replan: struckBy(everySecond((atMs) => [{ atMs, kind: "old snapshot", trap: null }])),
    guards: { looksAtReplicationId: false },
  },
  {
    built: "an inventory that does not look whether all its keys are there",
    guard: "All the product's keys are there.",
    breaks: ["I2", "I6", "soundness", "idempotency", "linearizability"],
    replan: struckBy(everySecond((atMs) => [{ atMs, kind: "key lost", trap: null }])),
    guards: { looksForEveryKey: false },
  },
  {
    built: "a ledger that has no cap of its own, behind an inventory that came back from an older state",
    guard: "The hard cap stands in the ledger, and only there.",
    breaks: ["I1"],
    replan: lyingInventory(50, 400),
    guards: { capsTheTotal: false },
  },
  {
    built: "a ledger that knows no limit, behind an inventory that came back from an older state",
    guard: "The commit inserts the orders that keep their buyer within the limit.",
    breaks: ["I3"],
    replan: lyingInventory(150, 6),
    guards: { keepsTheLimit: false },
  },
  {
    built: "a rebuild that lets go of the ledger while it loads",
    guard: "The new inventory is put in service inside the ledger's lock.",
    breaks: ["I2", "soundness"],
    replan: struckBy(everySecond((atMs) => [{ atMs, kind: "inventory lost", trap: null }])),
    rewire: withOrders((orders) => ({
      async withLedger(productId, work) {
        const ledger = await orders.withLedger(productId, async (locked) => locked);
        if (!ledger) return null;
        let moved = 0;
        const moveEpoch = async (epoch: number) => void (moved = epoch);
        const result = await work({ ...ledger, moveEpoch });
        if (moved > 0) await orders.withLedger(productId, (locked) => locked.moveEpoch(moved));
        return result;
      },
    })),
  },
  {
    built: "a rebuilt inventory that takes all buyers for new ones",
    guard: "Until buyers are loaded, admission answers unknown buyer.",
    breaks: ["I2", "soundness", "idempotency"],
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        async load(productId, epoch, terms, committed) {
          const answer = await stores.loading.load(productId, epoch, terms, committed);
          await stores.loading.finishTeaching(productId, epoch);
          return answer;
        },
      },
    }),
  },
  {
    built: "a teacher who takes what is known of a buyer for less than what they read",
    guard: "Teach Redis only where the buyer is still unknown.",
    breaks: ["I2", "soundness", "idempotency", "linearizability"],
    replan: struckBy(
      everySecond((atMs) => [
        { atMs, kind: "inventory lost", trap: null },
        { atMs, kind: "late call", trap: { method: "teach", phase: "sent" } },
      ]),
    ),
    rewire: (stores, { ofProduct }) => ({
      ...stores,
      loading: {
        ...stores.loading,
        async teach(productId, epoch, revision, buyers) {
          for (const { userId } of buyers) ofProduct.get(productId)?.buyers.delete(userId);
          return stores.loading.teach(productId, epoch, revision, buyers);
        },
      },
    }),
  },
  {
    built: "an inventory whose window opens an hour too early",
    guard: "The window is open by Redis' clock.",
    breaks: ["soundness"],
    rewire: (stores) => ({
      ...stores,
      loading: {
        ...stores.loading,
        load: (productId, epoch, terms, committed) =>
          stores.loading.load(
            productId,
            epoch,
            { ...terms, saleStartAtMs: terms.saleStartAtMs - 3_600_000 },
            committed,
          ),
      },
    }),
  },
  {
    built: "units that go back again when their release is repeated",
    guard: "The units go back, once, if that hold is still there.",
    breaks: ["I2"],
    rewire: (stores, { ofProduct }) => ({
      ...stores,
      inventory: {
        ...stores.inventory,
        async release(productId, epoch, reservations) {
          const stock = ofProduct.get(productId);
          for (const { userId, id, quantity } of reservations)
            if (stock?.epoch === epoch && stock.holds.get(userId)?.id !== id) stock.available += quantity;
          return stores.inventory.release(productId, epoch, reservations);
        },
      },
    }),
  },
  {
    built: "a change that is made again when it is repeated",
    guard: "A change is a row under its id: repeating it with the same id is safe.",
    breaks: ["I2", "I4", "I6", "soundness"],
    replan: busyWith(["raise", "price"], []),
    rewire: withChanges((changes) => {
      let made = 0;
      return {
        change: (productId, id, edit, withheld) =>
          changes.change(productId, `${id} ${String((made += 1))}`, edit, withheld),
      };
    }),
  },
  {
    built: "a process that reads what became of a commit whose end it does not know",
    guard: "When nobody knows how a commit ended, the batch is written again, never merely read.",
    breaks: ["I4", "I6"],
    rewireProcess: withOrdersOfProcess((orders) => ({
      async commit(productId, epoch, drafts) {
        try {
          return await orders.commit(productId, epoch, drafts);
        } catch (fault) {
          if (!(fault instanceof StoreUnavailable) || fault.effect === "none") throw fault;
          const standing = await Promise.all(drafts.map(({ id }) => orders.find(id)));
          return standing.map((order) =>
            order ? { kind: "order", order, created: false } : { kind: "void", cause: "standing" },
          );
        }
      },
    })),
  },
  {
    built: "a process that answers before its commit has",
    guard: "Only when the commit is known is the buyer told 201.",
    breaks: ["I4", "I6"],
    rewireProcess: withOrdersOfProcess((orders) => ({
      async commit(productId, epoch, drafts) {
        orders.commit(productId, epoch, drafts).catch(() => undefined);
        return drafts.map((draft) => ({
          kind: "order",
          created: true,
          order: { ...draft, number: 1, status: "confirmed" },
        }));
      },
    })),
  },
  {
    built: "a follower that leaves changes out",
    guard: "A process that finds a gap reads the rows between.",
    breaks: ["I2", "soundness"],
    replan: busyWith(["cancel many"], []),
    rewireProcess: (ports) => ({
      ...ports,
      changes: {
        ...ports.changes,
        after: async (...args) => (await ports.changes.after(...args)).slice(-1),
      },
    }),
  },
];

/** The world of one seed, with or without what the control takes out. */
export function worldOf(control: Control, seed: number, guarded: "guarded" | "unguarded"): Promise<SimulationReport> {
  const { rewire, rewireProcess, guards, replan } = control;
  const taken = { ...(rewire && { rewire }), ...(rewireProcess && { rewireProcess }), ...(guards && { guards }) };
  return simulate({ seed, ...(replan && { replan }), ...(guarded === "unguarded" && taken) });
}

/** Looks for a seed that shows what is broken without the guard; null: none of those tried does. */
export async function runControl(control: Control): Promise<Shown | null> {
  const { built, guard } = control;
  for (let seed = 1; seed <= SEEDS_TO_FIND_IT; seed += 1) {
    const { violation } = await worldOf(control, seed, "unguarded");
    if (violation) return { built, guard, invariant: violation.invariant, seed };
  }
  return null;
}
