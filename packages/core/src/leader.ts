import type { Ids } from "./ports/ids.js";
import type { LockName, Locks } from "./ports/locks.js";
import type { Products } from "./ports/products.js";

/**
 * A leader that dies is followed by another this much later, and a round. Two rounds: short, since until then nobody ends the holds of the
 * dead, and a leader whose round takes longer than one is better followed than waited for.
 */
const LEADER_TTL_MS = 1_000;

/** Whether this process is the one that keeps house. */
export interface Leader {
  /** Asks for the lead, or keeps it. False before there is any product: nothing is to be kept. */
  leads(): Promise<boolean>;
  letGo(): Promise<void>;
}

export function createLeader({ products, locks, ids }: { products: Products; locks: Locks; ids: Ids }): Leader {
  const owner = ids.next();
  let name: LockName | null = null;

  return {
    async leads() {
      // Several installations may share one hot store. Products are never deleted, so the first one tells them apart.
      const [first] = name === null ? await products.page(null, 1) : [];
      if (first) name = ["housekeeping", first.id];
      return name !== null && locks.acquire(name, owner, LEADER_TTL_MS);
    },
    async letGo() {
      if (name !== null) await locks.release(name, owner);
    },
  };
}
