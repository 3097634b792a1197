/** What is on sale, with the ledger's epoch and revision it was read at. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** Price of one unit in minor units of `currency`. */
  readonly priceMinor: number;
  /** ISO 4217 code. Never changes. */
  readonly currency: string;
  readonly totalQuantity: number;
  /** Units one buyer may own. */
  readonly perUserLimit: number;
  /** The sale is open from this instant, included … */
  readonly saleStartAtMs: number;
  /** … to this one, excluded. */
  readonly saleEndAtMs: number;
  readonly createdAtMs: number;
  /** Number of the last change that touched both stores. */
  readonly revision: number;
  /** Number of the inventory's current life. 0: never loaded. */
  readonly epoch: number;
  /** Units that the ledger said were sold. */
  readonly committed: number;
  /** The same as last projected for catalogues: it follows `committed`, some ticks late. */
  readonly soldQuantity: number;
}

/** What the inventory has to know of a product to admit buyers without asking anybody. */
export interface SaleTerms {
  readonly totalQuantity: number;
  readonly priceMinor: number;
  readonly perUserLimit: number;
  readonly saleStartAtMs: number;
  readonly saleEndAtMs: number;
  readonly revision: number;
}

/** An inventory is kept, and its holds are looked for, until this long after the end of its sale. */
export const KEPT_AFTER_END_MS = 24 * 60 * 60 * 1000;

/** How a sale stands by the hot store's clock. */
export type SaleState = "upcoming" | "active" | "sold_out" | "ended";

/** The state of a sale at `nowMs`, an instant of the hot store's clock. */
export function saleState(terms: SaleTerms, available: number, nowMs: number): SaleState {
  if (nowMs < terms.saleStartAtMs) return "upcoming";
  if (nowMs >= terms.saleEndAtMs) return "ended";
  return available > 0 ? "active" : "sold_out";
}
