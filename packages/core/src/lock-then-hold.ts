import type { Admission } from "./ports/admission.js";
import type { Inventory } from "./ports/inventory.js";
import { purchaseLock, type Locks } from "./ports/locks.js";
import type { Reservation } from "./reservation.js";

/**
 * Admission out of any Locks and any Inventory, in this order: the buyer's lock, then the units. The lock keeps double
 * clicks out early; the hold is sufficient without it.
 */
export function lockThenHold(locks: Locks, inventory: Inventory, options: { readonly lockTtlMs: number }): Admission {
  const unlock = (reservations: readonly Reservation[]) =>
    Promise.all(
      reservations.map(({ productId, epoch, userId, id }) => locks.release(purchaseLock(productId, epoch, userId), id)),
    );

  return {
    async admit(request) {
      const lock = purchaseLock(request.productId, request.epoch, request.userId);
      const granted = await locks.acquire(lock, request.reservationId, options.lockTtlMs);
      const answer = await inventory.hold(request, granted ? "granted" : "taken");
      if (granted && answer.kind !== "held" && answer.kind !== "already-held")
        await locks.release(lock, request.reservationId);
      return answer;
    },
    async confirm(productId, epoch, reservations) {
      await inventory.confirm(productId, epoch, reservations);
      await unlock(reservations);
    },
    async release(productId, epoch, reservations) {
      const stock = await inventory.release(productId, epoch, reservations);
      await unlock(reservations);
      return stock;
    },
  };
}
