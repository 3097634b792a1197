/**
 * What every adapter must do: one suite a port, for any test runner.
 *
 * @module @flash-sale/core/contract
 */
export { BrokenContract, type ContractCase } from "./case.js";
export { changesContract } from "./changes.js";
export type { ChangesHarness } from "./given.js";
export { clockContract, type ClockHarness } from "./clock.js";
export { idsContract, type IdsHarness } from "./ids.js";
export { orderPagesContract, type OrderPagesHarness } from "./order-pages.js";
export { ordersContract, type OrdersHarness } from "./orders.js";
export { productsContract, type ProductsHarness } from "./products.js";
export { admissionContract, type AdmissionHarness } from "./admission.js";
export { announcementsContract, type AnnouncementsHarness } from "./announcements.js";
export { inventoryContract, type InventoryHarness } from "./inventory.js";
export { inventoryChangesContract, type InventoryChangesHarness } from "./inventory-changes.js";
export { inventoryLoadingContract } from "./inventory-loading.js";
export { locksContract, type LocksHarness } from "./locks.js";
