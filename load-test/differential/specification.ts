import { lockThenHold, type Clock, type LockName, type Locks } from "@flash-sale/core";
import {
  createMemoryDatabase,
  createMemoryInventory,
  createMemoryLocks,
  type MemoryDatabase,
} from "@flash-sale/core/memory";
import type { Names } from "./names.js";
import { LONG_MS, OVER_MS, type Side } from "./side.js";
import type { Sequence } from "./operation.js";

/** The memory adapters: the specification. */
export interface Specification extends Side {
  readonly database: MemoryDatabase;
  /** Equal for two in which all is the same, whatever happened before. */
  state(names: Names): Promise<unknown>;
}

const FIRST_MS = 1_700_000_000_000;
const PASSED_MS = 1_000;

export function createSpecification(holds: Sequence["holds"]): Specification {
  let nowMs = FIRST_MS;
  // Nothing here takes long: what would end it never comes.
  const clock: Clock = { now: () => nowMs, sleep: () => new Promise(() => undefined) };
  const lockTtlMs = holds === "long" ? LONG_MS : OVER_MS;
  const database = createMemoryDatabase({ clock });
  let kept = createMemoryLocks({ clock });
  const owners = new Map<string, string>();
  const locks: Locks = {
    async acquire(name: LockName, owner, ttlMs) {
      const granted = await kept.acquire(name, owner, ttlMs);
      if (granted) owners.set(JSON.stringify(name), owner);
      return granted;
    },
    async release(name, owner) {
      if (owners.get(JSON.stringify(name)) === owner) owners.delete(JSON.stringify(name));
      await kept.release(name, owner);
    },
  };

  const memory = createMemoryInventory({ clock, lockTtlMs, locks });
  const { inventory, loading, inventoryChanges } = memory;

  return {
    ...{
      products: database.products,
      orders: database.orders,
      orderPages: database.orderPages,
      changes: database.changes,
    },
    ...{ inventory, loading, inventoryChanges, locks, admission: lockThenHold(locks, inventory, { lockTtlMs }) },
    ...{ lockTtlMs, database },
    async lose() {
      memory.lose();
      kept = createMemoryLocks({ clock });
      owners.clear();
    },
    changeReplicationId: async () => memory.stocks.ofProduct.clear(),
    pass: async () => void (nowMs += PASSED_MS),
    rows: async (productId) => rowsOf(database, productId),
    async state({ productIds }) {
      const products = productIds.map(async (productId) => {
        const book = database.inspect(productId);
        const epoch = await loading.lastEpoch(productId);
        const stock = await inventory.audit(productId, epoch);
        const buyers = await inventory.buyers(productId, epoch, ["ada", "bob", "a:b", "Zoe"]);
        return { book: book && { ...book, rows: rowsOf(database, productId) }, epoch, stock, buyers };
      });
      return { products: await Promise.all(products), owners: [...owners].sort() };
    },
  };
}

function rowsOf(database: MemoryDatabase, productId: string): readonly string[] {
  const rows = [...(database.inspect(productId)?.rows ?? [])];
  return rows.map(([id, { userId, status, fingerprint }]) => `${id} ${userId} ${status} ${fingerprint}`).sort();
}
