import type { Product } from "../product.js";

/** The durable catalogue. Reads are never cached by an adapter: the epoch they carry is the ledger's of this moment. */
export interface Products {
  /** Stores products and their ledger rows, of epoch 0, revision 0 and nothing committed, all or none. One whose id is there already stays as it is. */
  create(products: readonly Product[]): Promise<void>;
  /** Null where there is no such product. */
  find(id: string): Promise<Product | null>;
  /** The product created last. */
  newest(): Promise<Product | null>;
  /** Products whose sale starts at `startsByMs` or before, and ends after `endsAfterMs`. */
  live(startsByMs: number, endsAfterMs: number): Promise<Product[]>;
  /** Products by id, after `afterId`, at most `limit`. */
  page(afterId: string | null, limit: number): Promise<Product[]>;
  /** Assigns `sold_quantity` what the ledger says, where it differs. Answers the number of products changed. Safe to repeat. */
  projectSold(): Promise<number>;
}
