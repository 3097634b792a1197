import { withholder } from "../change.js";
import type { MemoryDatabase } from "../memory/database.js";
import type { Order } from "../order.js";
import type { SeenTotal, Taken, Unreliable } from "./history.js";
import type { Stores } from "./stores.js";

/**
 * Watches which units are held, withheld and sold, and when: by what the inventory is asked for and grants, and by the orders that
 * stand, not by what the inventory counts.
 */
export interface Observer {
  watch(stores: Stores): Stores;
  /** From now until it is loaded anew, the inventory may be at another state than it should be, and nothing tells. */
  distrust(productId: string): void;
  readonly seen: {
    readonly taken: readonly Taken[];
    readonly totals: readonly SeenTotal[];
    readonly unreliable: readonly Unreliable[];
  };
}

interface Ports {
  readonly nowMs: () => number;
  readonly database: MemoryDatabase;
}

export function createObserver({ nowMs, database }: Ports): Observer {
  const taken = intervals<Omit<Taken, "fromMs" | "untilMs">>(nowMs);
  const totals = intervals<Omit<SeenTotal, "fromMs" | "untilMs">>(nowMs);
  const unreliable = intervals<{ readonly productId: string }>(nowMs);

  const epochs = new Map<string, number>();
  /** Lives that are loaded and not in force: the ledger moves on to one of them, or to none. */
  const loaded = new Map<string, Map<number, Life>>();

  /** Of a life that another has taken the place of nothing counts any more. */
  function isOfNow(productId: string, epoch: number): boolean {
    const inForce = database.ledger(productId)?.epoch ?? 0;
    const life = loaded.get(productId)?.get(inForce);
    if (life && inForce > (epochs.get(productId) ?? 0)) comeInForce(productId, inForce, life);
    return epoch >= (epochs.get(productId) ?? 0);
  }

  /** An id may come for two buyers. */
  const keyOf = (productId: string, userId: string, id: string) => `${productId} ${userId} ${id}`;

  function take(productId: string, userId: string, id: string, units: number): void {
    taken.begin(keyOf(productId, userId, id), { productId, userId, units, heldUntilMs: Infinity });
  }

  function confirm(productId: string, userId: string, id: string): void {
    taken.amend(keyOf(productId, userId, id), (one) => ({
      ...one,
      heldUntilMs: Math.min(one.heldUntilMs, nowMs()),
    }));
  }

  /** Of whoever has no order under it: units that go back although one stands have not been set free. */
  function release(productId: string, userId: string, id: string): void {
    const row = database.inspect(productId)?.rows.get(id);
    const isOrder = row !== undefined && row.userId === userId && row.status !== "void";
    if (!isOrder) taken.end(keyOf(productId, userId, id));
  }

  function total(productId: string, units: number): void {
    if (totals.get(productId)?.units === units) return;
    totals.end(productId);
    totals.begin(productId, { productId, units });
  }

  function load(productId: string, epoch: number, total: number): void {
    // Under the ledger's lock: what is cancelled after this goes back by a change.
    const standing = (database.inspect(productId)?.orders ?? []).filter(({ status }) => status === "confirmed");
    const lives = loaded.get(productId) ?? new Map<number, Life>();
    loaded.set(productId, lives.set(epoch, { total, standing }));
  }

  /** A new inventory: the holds went with the one before, and of the orders those count that stand. */
  function comeInForce(productId: string, epoch: number, { total: loadedTotal, standing }: Life): void {
    epochs.set(productId, epoch);
    const units = new Map(standing.map(({ userId, id, quantity }) => [keyOf(productId, userId, id), quantity]));
    // An older state knew nothing of a hold, and its id was held again for other units, of which the order was made.
    for (const [key, one] of taken.open())
      if (one.productId === productId && units.get(key) !== one.units) taken.end(key);
    for (const { userId, id, quantity } of standing) {
      take(productId, userId, id, quantity);
      confirm(productId, userId, id);
    }
    total(productId, loadedTotal);
    unreliable.end(productId);
  }

  return {
    watch: (stores) =>
      watchedWith(stores, { isOfNow, take, confirm, release, load, total, end: (...of) => taken.end(keyOf(...of)) }),
    distrust: (productId) => unreliable.begin(productId, { productId }),
    get seen() {
      return { taken: taken.all(), totals: totals.all(), unreliable: unreliable.all() };
    },
  };
}

/** What an inventory was loaded with. */
interface Life {
  readonly total: number;
  readonly standing: readonly Order[];
}

interface Notice {
  take(productId: string, userId: string, id: string, units: number): void;
  confirm(productId: string, userId: string, id: string): void;
  release(productId: string, userId: string, id: string): void;
  end(productId: string, userId: string, id: string): void;
  isOfNow(productId: string, epoch: number): boolean;
  load(productId: string, epoch: number, total: number): void;
  total(productId: string, total: number): void;
}

function watchedWith(stores: Stores, notice: Notice): Stores {
  const { inventory, loading, inventoryChanges } = stores;
  return {
    ...stores,
    inventory: {
      ...inventory,
      async hold(request, lock) {
        const isOfNow = notice.isOfNow(request.productId, request.epoch);
        const answer = await inventory.hold(request, lock);
        const { productId, userId, reservationId, quantity } = request;
        if (answer.kind === "held" && isOfNow) notice.take(productId, userId, reservationId, quantity);
        return answer;
      },
      async confirm(productId, epoch, reservations) {
        await inventory.confirm(productId, epoch, reservations);
        if (!notice.isOfNow(productId, epoch)) return;
        for (const { userId, id } of reservations) notice.confirm(productId, userId, id);
      },
      async release(productId, epoch, reservations) {
        const stock = await inventory.release(productId, epoch, reservations);
        if (!notice.isOfNow(productId, epoch)) return stock;
        for (const { userId, id } of reservations) notice.release(productId, userId, id);
        return stock;
      },
    },
    loading: {
      ...loading,
      async load(productId, epoch, terms, committed) {
        const answer = await loading.load(productId, epoch, terms, committed);
        if (answer === "loaded") notice.load(productId, epoch, terms.totalQuantity);
        return answer;
      },
    },
    inventoryChanges: {
      async withhold(request) {
        const answer = await inventoryChanges.withhold(request);
        const { productId, epoch, changeId, units } = request;
        if (answer.kind === "withheld" && notice.isOfNow(productId, epoch))
          notice.take(productId, withholder(changeId), changeId, units);
        return answer;
      },
      async apply(epoch, change) {
        const answer = await inventoryChanges.apply(epoch, change);
        const { productId, id } = change;
        if (answer.kind !== "applied" || !notice.isOfNow(productId, epoch)) return answer;
        notice.end(productId, change.kind === "cancel" ? change.userId : withholder(id), id);
        if (change.kind === "terms") notice.total(productId, change.terms.totalQuantity);
        return answer;
      },
    },
  };
}

/** What began and ended, and when; at most one open under a key. */
function intervals<What extends object>(nowMs: () => number) {
  type Interval = What & { readonly fromMs: number; readonly untilMs: number };
  const open = new Map<string, Interval>();
  const ended: Interval[] = [];
  return {
    open: () => [...open],
    get: (key: string) => open.get(key),
    begin(key: string, what: What): void {
      if (!open.has(key)) open.set(key, { ...what, fromMs: nowMs(), untilMs: Infinity });
    },
    amend(key: string, change: (one: Interval) => Interval): void {
      const one = open.get(key);
      if (one) open.set(key, change(one));
    },
    end(key: string): void {
      const one = open.get(key);
      if (!one) return;
      open.delete(key);
      ended.push({ ...one, untilMs: nowMs() });
    },
    all: (): Interval[] => [...ended, ...open.values()],
  };
}
