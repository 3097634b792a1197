/**
 * The flash sale itself: `createFlashSale`, what it answers, and the ports it stands on.
 *
 * @module @flash-sale/core
 */
export { withholder, type Cancellation, type Change, type TermsChange } from "./change.js";
export { codeOf, codeOfFault } from "./code-of.js";
export { SALE_MESSAGES, type SaleCode } from "./codes.js";
export * from "./faults.js";
export { createFlashSale, type FlashSale, type FlashSalePorts } from "./flash-sale.js";
export {
  createGroupCommit,
  DEFAULT_COMMIT_LIMITS,
  type CommitLimits,
  type Committed,
  type GroupCommit,
  type OnBatch,
  type Place,
} from "./group-commit.js";
export { IDEMPOTENCY_KEY, LIMITS, metadata as checkMetadata, USER_ID, UUID } from "./input.js";
export { lockThenHold } from "./lock-then-hold.js";
export { decimalsOf, MAX_PRICE_MINOR, toDecimal, toMinorUnits } from "./money.js";
export { publicStatus, unitsOf, type BuyerOrder, type Ledger, type Order } from "./order.js";
export { KEPT_AFTER_END_MS, type Product, type SaleState, type SaleTerms } from "./product.js";
export type { Metadata, OrderDraft, Reservation } from "./reservation.js";
export type { ChangeOutcome, ProductChange } from "./use-cases/change-product.js";
export type { NewProduct } from "./use-cases/create-product.js";
export type { PurchaseOutcome, Refusal } from "./use-cases/purchase-outcome.js";
export type { PurchaseRequest } from "./use-cases/purchase-request.js";
export type { ReapReport } from "./use-cases/reap.js";
export type { RebuildReport } from "./use-cases/rebuild.js";
export type { Drift, ReconcileReport } from "./use-cases/drift.js";
export type { SaleStatus } from "./use-cases/sale-status.js";

export type { Admission } from "./ports/admission.js";
export type { Announce, Announcement, Announcements } from "./ports/announcements.js";
export type { ChangeAnswer, Changes, ProductEdit, Withheld } from "./ports/changes.js";
export type { Clock } from "./ports/clock.js";
export { DERIVED_NAMESPACE, type Ids } from "./ports/ids.js";
export type {
  HoldAnswer,
  HoldRefusal,
  HoldRequest,
  Inventory,
  InventoryLoading,
  InventoryStatus,
  KnownBuyer,
  KnownBuyersPage,
} from "./ports/inventory.js";
export type { ApplyAnswer, InventoryChanges, WithholdAnswer, WithholdRequest } from "./ports/inventory-changes.js";
export { purchaseLock, type LockName, type Locks } from "./ports/locks.js";
export type { CommitAnswer, LockedLedger, OrderFilter, OrderPages, OrderPlace, Orders } from "./ports/orders.js";
export type { Products } from "./ports/products.js";
