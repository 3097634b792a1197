import type { SaleTerms } from "./product.js";

/** A change to a product that touches both stores, numbered by the ledger's revision. The inventory applies number r + 1 only at r. */
export type Change = TermsChange | Cancellation;

interface Numbered {
  readonly productId: string;
  readonly revision: number;
}

/** Another total, price, window or limit. */
export interface TermsChange extends Numbered {
  readonly kind: "terms";
  readonly id: string;
  /** All of them, as they are from this change on. */
  readonly terms: Omit<SaleTerms, "revision">;
}

/** The units of an order go back on sale, once. */
export interface Cancellation extends Numbered {
  readonly kind: "cancel";
  /** The order's. */
  readonly id: string;
  readonly userId: string;
  readonly units: number;
}

/** Whose hold the units of a lowered total are, until the change is settled: no buyer's id begins with this character. */
export function withholder(changeId: string): string {
  return `#${changeId}`;
}
