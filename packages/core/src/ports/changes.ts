import type { Change } from "../change.js";
import type { Order } from "../order.js";

/** What is to be changed of a product. What is left out stays as it is. */
export interface ProductEdit {
  readonly name?: string;
  readonly description?: string | null;
  readonly priceMinor?: number;
  readonly totalQuantity?: number;
  readonly perUserLimit?: number;
  readonly saleStartAtMs?: number;
  readonly saleEndAtMs?: number;
}

/** The units of a lowered total that were taken out of the inventory before, under the change's id. */
export interface Withheld {
  readonly epoch: number;
  /** The revision of the inventory that they were taken from. */
  readonly revision: number;
  readonly units: number;
}

/** What became of a change. */
export type ChangeAnswer =
  /** The change stands under this revision: new, or from an earlier call with its id. */
  | { readonly kind: "changed"; readonly revision: number }
  /** A void stands under the change's id: it will never be made, and what was withheld for it may have gone back. */
  | { readonly kind: "void" }
  /** The total would be lower, and `withheld` is not what this epoch and revision need for it. Nothing was written. */
  | { readonly kind: "moved" }
  /** Less than what is sold already. Nothing was written. */
  | { readonly kind: "total-too-low"; readonly committed: number }
  /** With the other end of the window as it stands, the sale would end before it starts. Nothing was written. */
  | { readonly kind: "no-window" };

/** The durable changes to products, each a row numbered by the ledger's revision and written in the ledger's transaction. */
export interface Changes {
  /** Changes a product under the next revision. Repeating it with the same id is safe. Null where there is no such product. */
  change(productId: string, id: string, edit: ProductEdit, withheld: Withheld | null): Promise<ChangeAnswer | null>;
  /**
   * Cancels an order under the next revision: its units leave the ledger's committed ones. A cancelled one stays as it is:
   * repeating is safe. Answers the order; null where there is none.
   */
  cancel(orderId: string): Promise<Order | null>;
  /** Changes of a product with a greater revision, by revision, at most `limit`. */
  after(productId: string, revision: number, limit: number): Promise<Change[]>;
}
