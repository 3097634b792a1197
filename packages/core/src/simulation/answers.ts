import type { PurchaseOutcome } from "../use-cases/purchase-outcome.js";

/** What a person hears of a process. "thrown": a fault. "lost": it died, and nobody will ever say. */
export type Told<T> =
  | { readonly kind: "told"; readonly answer: T }
  | { readonly kind: "thrown"; readonly fault: unknown }
  | { readonly kind: "lost" };

/** What a buyer hears. "thrown": the process answered with a fault. "lost": it died, and nobody will ever say. */
export type Answer = PurchaseOutcome | { readonly kind: "thrown"; readonly fault: unknown } | { readonly kind: "lost" };
