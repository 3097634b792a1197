import type { Product } from "./product.js";
import type { Products } from "./ports/products.js";

/** The products this process has met, so that a purchase does not ask Postgres for what hardly changes. */
export interface Catalogue {
  /** The product as last read, where it was: not to be waited for. */
  known(productId: string): Product | undefined;
  /** The product as last read; null where there is none. */
  find(productId: string): Promise<Product | null>;
  /** The product as the ledger has it now, or had it when a read that is under way began. */
  refresh(productId: string): Promise<Product | null>;
  forget(productId: string): void;
  /** Takes in what was just read with others. */
  meet(products: readonly Product[]): void;
}

export function createCatalogue({ products }: { products: Pick<Products, "find"> }): Catalogue {
  const known = new Map<string, Product>();
  // A crowd that finds a product forgotten asks once.
  const reads = new Map<string, Promise<Product | null>>();

  /** A slow read must not bring an older epoch or revision back. */
  function take(product: Product): void {
    const before = known.get(product.id);
    if (before && (before.epoch > product.epoch || before.revision > product.revision)) return;
    known.set(product.id, product);
  }

  async function read(productId: string): Promise<Product | null> {
    const product = await products.find(productId);
    if (product) take(product);
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
    known: (productId) => known.get(productId),
    find: async (productId) => known.get(productId) ?? refresh(productId),
    forget: (productId) => void known.delete(productId),
    meet: (read) => read.forEach(take),
  };
}
