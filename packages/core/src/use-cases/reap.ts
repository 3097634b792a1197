import type { Admission } from "../ports/admission.js";
import type { Announce } from "../ports/announcements.js";
import type { Inventory } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";
import type { FollowChanges } from "./follow-changes.js";
import { putBack } from "./put-back.js";

/** How expired holds ended. */
export interface ReapReport {
  readonly voided: number;
  readonly confirmed: number;
  /** Holds of cancelled orders and of changes: they end when the inventory follows. */
  readonly changed: number;
}

/** Holds that are ended in one transaction: the ledger is locked for no longer. */
const BATCH = 500;

/**
 * Ends reservations whose buyer's process did not: past its deadline a hold gets a void, unless its order stands. Void:
 * the units go back, once. Confirmed: the lost confirm is completed. Cancelled, or a change that stands: the inventory
 * follows, which ends the hold. A writer that wakes up later finds the void and gives up. Two reapers at once do no harm.
 */
export const reap = (ports: {
  inventory: Inventory;
  admission: Admission;
  orders: Orders;
  announce: Announce;
  followChanges: FollowChanges;
}) => {
  const { inventory, admission, orders, followChanges } = ports;
  const release = putBack(ports);

  async function endBatch(productId: string, epoch: number): Promise<ReapReport> {
    const expired = await inventory.expired(productId, epoch, BATCH);
    if (expired.length === 0) return { voided: 0, confirmed: 0, changed: 0 };

    // The void first: units that went back before it could be sold twice.
    const standing = await orders.void(productId, expired);
    const confirmed = expired.filter((_, index) => standing[index] === "confirmed");
    const voided = expired.filter((_, index) => standing[index] === "void");
    const changed = expired.length - confirmed.length - voided.length;
    if (confirmed.length > 0) await admission.confirm(productId, epoch, confirmed);
    if (voided.length > 0) await release(productId, epoch, voided);
    if (changed > 0) await followChanges(productId);
    return { voided: voided.length, confirmed: confirmed.length, changed };
  }

  return async (productId: string, epoch: number): Promise<ReapReport> => {
    const ended = { voided: 0, confirmed: 0, changed: 0 };
    // Thousands, where a process died at full load: one batch a round of housekeeping would keep their units for seconds.
    for (;;) {
      const { voided, confirmed, changed } = await endBatch(productId, epoch);
      ended.voided += voided;
      ended.confirmed += confirmed;
      ended.changed += changed;
      // A full batch of changed ones, whose end is not here, would be found again.
      if (voided + confirmed + changed < BATCH || voided + confirmed === 0) return ended;
    }
  };
};
