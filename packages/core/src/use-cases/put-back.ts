import type { Admission } from "../ports/admission.js";
import type { Announce } from "../ports/announcements.js";
import type { Reservation } from "../reservation.js";

/** Puts the units of reservations that ended without an order back on sale, and tells everybody when there were none before. */
export const putBack =
  (ports: { admission: Admission; announce: Announce }) =>
  async (productId: string, epoch: number, reservations: readonly Reservation[]): Promise<void> => {
    const { before, after } = await ports.admission.release(productId, epoch, reservations);
    if (before === 0 && after > 0) ports.announce({ kind: "back-on-sale", productId, epoch });
  };
