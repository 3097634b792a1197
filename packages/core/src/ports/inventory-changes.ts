import type { Change } from "../change.js";
import type { Reservation } from "../reservation.js";

/** Units that a total is to be lowered by. */
export interface WithholdRequest {
  readonly productId: string;
  readonly epoch: number;
  /** The revision that the total was read at. */
  readonly revision: number;
  readonly changeId: string;
  readonly units: number;
}

/** Whether the units of a lowered total are out of stock. */
export type WithholdAnswer =
  /** Held like a buyer's units, by `withholder(changeId)`, until the change is applied, or voided and released. */
  | { readonly kind: "withheld"; readonly reservation: Reservation }
  | { readonly kind: "too-few"; readonly available: number; readonly held: number; readonly purchased: number }
  /** The inventory is at another revision: read the total again. */
  | { readonly kind: "other-revision" }
  | { readonly kind: "not-in-service" };

/** Whether a change is in the inventory now. */
export type ApplyAnswer =
  /** The stock before and after. */
  | { readonly kind: "applied"; readonly before: number; readonly after: number }
  | { readonly kind: "applied-before" }
  /** A change before this one is missing here. */
  | { readonly kind: "too-early" }
  /** The stock cannot be what the ledger says it was: this inventory is not to be trusted. Nothing has changed. */
  | { readonly kind: "contradicted" }
  | { readonly kind: "not-in-service" };

/** The hot half of changes. Every method is one atomic step. */
export interface InventoryChanges {
  /** Takes units out of stock, at any time, for a total that is to be lowered. Repeating it with the same id answers what is held. */
  withhold(request: WithholdRequest): Promise<WithholdAnswer>;
  /**
   * Applies a change if it is the next one. Terms: the total's difference goes into stock, less what was withheld for it.
   * Cancel: the units of the hold or of the purchase go back, whichever stands, and the order stays known with 0 units; of a buyer not
   * taught yet only the units. A store that keeps the buyers' locks as well lets the order's own go. Repeating it is safe.
   */
  apply(epoch: number, change: Change): Promise<ApplyAnswer>;
}
