import type { Order } from "../order.js";
import type { HoldRefusal } from "../ports/inventory.js";

/** Nobody was sold anything, and nothing has changed. */
export type Refusal =
  | { readonly kind: "refused"; readonly reason: Exclude<HoldRefusal, "limit-reached" | "exceeds-limit"> }
  | { readonly kind: "refused"; readonly reason: "exceeds-limit"; readonly perUserLimit: number }
  /** The orders that count against the limit, and the units it leaves. */
  | {
      readonly kind: "refused";
      readonly reason: "limit-reached";
      readonly orderIds: readonly string[];
      readonly unitsLeft: number;
    };

/** What came of a purchase. A new way for it to end comes with a minor release: have a `default`. */
export type PurchaseOutcome =
  /** `replayed`: the order stood before this request. */
  | { readonly kind: "purchased"; readonly order: Order; readonly replayed: boolean }
  | Refusal
  /** The idempotency key was used for another quantity or other metadata. */
  | { readonly kind: "key-reused" }
  | { readonly kind: "unknown-product" }
  /** Shed: too many purchases are under way in this process. Nothing was held. */
  | { readonly kind: "overloaded" }
  /** Not sold now. With an `orderId` an order may stand under it: ask once the stores are back. */
  | { readonly kind: "unavailable"; readonly orderId: string | null };
