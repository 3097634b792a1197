import type { Product } from "./product.js";
import type { Announcements } from "./ports/announcements.js";
import type { Products } from "./ports/products.js";

/** The products this process has met, so that a purchase does not ask Postgres for what hardly changes. */
export interface Catalogue {
  /** The product as last read; null where there is none. */
  find(productId: string): Promise<Product | null>;
  /** The product as the ledger has it now. */
  refresh(productId: string): Promise<Product | null>;
}

export function createCatalogue(ports: { products: Pick<Products, "find">; announcements: Announcements }): Catalogue {
  const known = new Map<string, Product>();
  ports.announcements.subscribe(({ kind, productId }) => {
    if (kind === "epoch-moved") known.delete(productId);
  });

  async function refresh(productId: string): Promise<Product | null> {
    const product = await ports.products.find(productId);
    // A slow read must not bring an older epoch back.
    if (product && product.epoch >= (known.get(productId)?.epoch ?? 0)) known.set(productId, product);
    return product;
  }

  return { refresh, find: async (productId) => known.get(productId) ?? refresh(productId) };
}
