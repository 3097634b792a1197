import type { SaleCode } from "./codes.js";
import { InvalidRequest, StoreUnavailable } from "./faults.js";
import type { HoldRefusal } from "./ports/inventory.js";
import type { ChangeOutcome } from "./use-cases/change-product.js";
import type { PurchaseOutcome } from "./use-cases/purchase-outcome.js";

const CODE_OF_REASON: Readonly<Record<HoldRefusal, SaleCode>> = {
  "exceeds-limit": "INVALID_REQUEST",
  "not-started": "SALE_NOT_STARTED",
  ended: "SALE_ENDED",
  "price-changed": "PRICE_CHANGED",
  "in-progress": "PURCHASE_IN_PROGRESS",
  "limit-reached": "ALREADY_PURCHASED",
  "sold-out": "SOLD_OUT",
};

/** The code of what came of a purchase or a change; null where it was made. */
export function codeOf(outcome: PurchaseOutcome | ChangeOutcome): SaleCode | null {
  switch (outcome.kind) {
    case "purchased":
    case "changed":
      return null;
    case "refused":
      return CODE_OF_REASON[outcome.reason];
    case "key-reused":
      return "IDEMPOTENCY_KEY_REUSED";
    case "unknown-product":
      return "PRODUCT_NOT_FOUND";
    case "total-too-low":
      return "TOTAL_TOO_LOW";
    case "overloaded":
      return "OVERLOADED";
    case "unavailable":
      return "UNAVAILABLE";
  }
}

/** The code of what was thrown: INTERNAL for whatever nobody foresaw. */
export function codeOfFault(fault: unknown): SaleCode {
  return fault instanceof InvalidRequest || fault instanceof StoreUnavailable ? fault.code : "INTERNAL";
}
