import type {
  Admission,
  Changes,
  Inventory,
  InventoryChanges,
  InventoryLoading,
  Locks,
  OrderPages,
  Orders,
  Products,
} from "@flash-sale/core";

/** Every port, of the specification or of the real stores, and what can happen to the hot store. */
export interface Side {
  readonly products: Products;
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly changes: Changes;
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  readonly inventoryChanges: InventoryChanges;
  readonly locks: Locks;
  readonly admission: Admission;
  readonly lockTtlMs: number;
  lose(): Promise<void>;
  changeReplicationId(): Promise<void>;
  /** Lets time go by until what lives for `OVER_MS` is over, and what comes next has a later millisecond. */
  pass(): Promise<void>;
  /** Every row under a reservation's id, voids included: "id user status fingerprint", sorted. */
  rows(productId: string): Promise<readonly string[]>;
}

/** Outlives a sequence. */
export const LONG_MS = 3_600_000;
/** Is over after `pass`. */
export const OVER_MS = 1;
