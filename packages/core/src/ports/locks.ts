/** A name in parts. Parts may hold any character: an adapter must not join them so that two names meet. */
export type LockName = readonly [string, ...string[]];

/** Rights that one owner has at a time, and loses when they expire. Nothing may rest on them but convenience. */
export interface Locks {
  /** True where `owner` now has the lock, for `ttlMs`; asking again as the owner renews it. */
  acquire(name: LockName, owner: string, ttlMs: number): Promise<boolean>;
  /** Lets go, if `owner` still has it. Somebody else's lock is left alone. */
  release(name: LockName, owner: string): Promise<void>;
}

/** The lock of a buyer for a product, in one life of its inventory. */
export function purchaseLock(productId: string, epoch: number, userId: string): LockName {
  return [productId, String(epoch), userId];
}
