import { purchaseLock, type LockName } from "@flash-sale/core";

/** Of the layout of keys and values. A version of the software that finds another format finds nothing, and rebuilds. */
const FORMAT = "fs2";

export const ANNOUNCEMENTS_CHANNEL = `${FORMAT}:announcements`;

/** All keys of one inventory: one hash tag, so that a cluster keeps them on one node and a script may use them all. */
export interface InventoryKeys {
  /** The last epoch put in service. The only key that outlives an epoch. */
  readonly epoch: string;
  /** Hash: the counters and terms. */
  readonly stock: string;
  /** Hash: user id to "order:units,order:units", a cancelled one with 0; "" for a known buyer without orders. */
  readonly buyers: string;
  /** Hash: user id, or "#change" for withheld units, to "reservation quantity price admittedAt deadline fingerprint". */
  readonly holds: string;
  /** Sorted set: user id by deadline. */
  readonly deadlines: string;
}

export function inventoryKeys(productId: string, epoch: number): InventoryKeys {
  if (productId === "" || /[{}]/.test(productId)) throw new Error(`a product id must not hold braces: ${productId}`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new Error(`an epoch is a whole number: ${epoch}`);
  const product = `${FORMAT}:{${productId}}:`;
  const life = `${product}${epoch}:`;
  return {
    epoch: `${product}epoch`,
    stock: `${life}stock`,
    buyers: `${life}buyers`,
    holds: `${life}holds`,
    deadlines: `${life}deadlines`,
  };
}

/** In the order in which in-service.lua knows them. */
export function keyList({ epoch, stock, buyers, holds, deadlines }: InventoryKeys): string[] {
  return [epoch, stock, buyers, holds, deadlines];
}

/** The hash tag is the first part's, which for a buyer's lock is the product. The name itself goes in as JSON: parts cannot meet. */
export function lockKey(name: LockName): string {
  return `${FORMAT}:{${name[0].replace(/[{}]/g, "_")}}:lock:${JSON.stringify(name)}`;
}

/** The locks of one product's buyers: what their keys have in common is made once. */
export function purchaseLockKeys(productId: string, epoch: number): (userId: string) => string {
  const common = lockKey(purchaseLock(productId, epoch, "")).slice(0, -`""]`.length);
  return (userId) => `${common}${JSON.stringify(userId)}]`;
}
