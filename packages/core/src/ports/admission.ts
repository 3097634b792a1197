import type { Reservation } from "../reservation.js";
import type { HoldAnswer, HoldRequest, Inventory } from "./inventory.js";

/** Lock and hold together: the step that lets a buyer through or refuses. */
export interface Admission {
  /** As `Inventory.hold`, with the buyer's lock taken when, and only when, the units are held. */
  admit(request: HoldRequest): Promise<HoldAnswer>;
  /** As `Inventory.confirm`; the locks go. */
  confirm: Inventory["confirm"];
  /** As `Inventory.release`; the locks go. */
  release(productId: string, epoch: number, reservations: readonly Reservation[]): ReturnType<Inventory["release"]>;
}
