import type { Product } from "./product.js";
import type { Products } from "./ports/products.js";

/** The products this process has met, so that a purchase does not ask Postgres for what hardly changes. */
export interface Catalogue {
  /** The product as last read; null where there is none. */
  find(productId: string): Promise<Product | null>;
  /** The product as the ledger has it now, or had it when a read that is under way began. */
  refresh(productId: string): Promise<Product | null>;
  forget(productId: string): void;
}

export function createCatalogue({ products }: { products: Pick<Products, "find"> }): Catalogue {
  const known = new Map<string, Product>();
  // A crowd that finds a product forgotten asks once.
  const reads = new Map<string, Promise<Product | null>>();

  async function read(productId: string): Promise<Product | null> {
    const product = await products.find(productId);
    // A slow read must not bring an older epoch back.
    if (product && product.epoch >= (known.get(productId)?.epoch ?? 0)) known.set(productId, product);
    return product;
  }

  function refresh(productId: string): Promise<Product | null> {
    const underWay = reads.get(productId);
    if (underWay) return underWay;
    const started = read(productId).finally(() => reads.delete(productId));
    reads.set(productId, started);
    return started;
  }

  return {
    refresh,
    find: async (productId) => known.get(productId) ?? refresh(productId),
    forget: (productId) => void known.delete(productId),
  };
}
