import type { Admission } from "../ports/admission.js";
import type { Announce } from "../ports/announcements.js";
import type { Inventory } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";
import { putBack } from "./put-back.js";

export interface ReapReport {
  readonly voided: number;
  readonly confirmed: number;
}

/** Holds that are ended in one call; the next call takes the next. */
const BATCH = 500;

/**
 * Ends reservations whose buyer's process did not: past its deadline a hold gets a void, unless its order stands. Void:
 * the units go back, once. Confirmed: the lost confirm is completed. A writer that wakes up later finds the void and
 * gives up. Two reapers at once do no harm.
 */
export const reap = (ports: { inventory: Inventory; admission: Admission; orders: Orders; announce: Announce }) => {
  const { inventory, admission, orders } = ports;
  const release = putBack(ports);

  return async (productId: string, epoch: number): Promise<ReapReport> => {
    const expired = await inventory.expired(productId, epoch, BATCH);
    if (expired.length === 0) return { voided: 0, confirmed: 0 };

    // The void first: units that went back before it could be sold twice.
    const standing = await orders.void(productId, expired);
    const confirmed = expired.filter((_, index) => standing[index] === "confirmed");
    const ended = expired.filter((_, index) => standing[index] !== "confirmed");
    if (confirmed.length > 0) await admission.confirm(productId, epoch, confirmed);
    if (ended.length > 0) await release(productId, epoch, ended);
    return { voided: ended.length, confirmed: confirmed.length };
  };
};
