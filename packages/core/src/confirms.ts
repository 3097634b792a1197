import type { Admission } from "./ports/admission.js";
import type { Reservation } from "./reservation.js";

/** Tells the inventory that a hold became an order. */
export type Confirm = (reservation: Reservation) => void;

/**
 * Confirms the orders of one commit in one call. Nobody waits for it: a lost one costs nothing, since the reaper completes it. It leaves
 * before the buyers hear of their orders, so that the next purchase finds the hold gone.
 */
export function createConfirms(ports: {
  admission: Admission;
  inBackground: (doing: string, work: Promise<unknown>) => void;
}): Confirm {
  const waiting = new Map<string, Reservation[]>();

  return (reservation) => {
    const { productId, epoch } = reservation;
    const life = `${productId} ${epoch}`;
    const others = waiting.get(life);
    if (others) {
      others.push(reservation);
      return;
    }
    const batch = [reservation];
    waiting.set(life, batch);
    // A microtask later: the orders of one commit are told in one turn, and their buyers' answers take some turns more.
    void Promise.resolve().then(() => {
      waiting.delete(life);
      ports.inBackground("confirm", ports.admission.confirm(productId, epoch, batch));
    });
  };
}
