import type { Catalogue } from "../catalogue.js";
import { StoreUnavailable } from "../faults.js";
import type { Product } from "../product.js";
import type { Rebuild } from "./rebuild.js";

/** Lives of the inventory one question may see before its asker is told to come back later. */
const MAX_LIVES = 5;

export interface InService {
  /** Asks the inventory, and where it is not in service restores it and asks again. Null where there is no such product. */
  ask<T>(productId: string, question: (product: Product) => Promise<T | null>): Promise<T | null>;
  /** Puts a sound inventory in service, once in this process at a time. `distrusted`: a life found to contradict the ledger. */
  restore(productId: string, knownEpoch: number, distrusted?: number): Promise<void>;
}

export function createInService(ports: { catalogue: Catalogue; rebuild: Rebuild }): InService {
  const underWay = new Map<string, Promise<void>>();

  async function restoreOnce(productId: string, knownEpoch: number, distrusted?: number): Promise<void> {
    const product = await ports.catalogue.refresh(productId);
    // Often somebody else has mended it already, and only the ledger's epoch was news.
    if (product?.epoch !== knownEpoch) return;
    await ports.rebuild(productId, distrusted);
    await ports.catalogue.refresh(productId);
  }

  function restore(productId: string, knownEpoch: number, distrusted?: number): Promise<void> {
    const running = underWay.get(productId);
    if (running) return running;
    const started = restoreOnce(productId, knownEpoch, distrusted).finally(() => underWay.delete(productId));
    underWay.set(productId, started);
    return started;
  }

  async function ask<T>(productId: string, question: (product: Product) => Promise<T | null>): Promise<T | null> {
    for (let life = 0; life < MAX_LIVES; life += 1) {
      const product = ports.catalogue.known(productId) ?? (await ports.catalogue.find(productId));
      if (!product) return null;
      const answer = await question(product);
      if (answer !== null) return answer;
      await restore(productId, product.epoch);
    }
    throw new StoreUnavailable("inventory", "none");
  }

  return { ask, restore };
}
