import { StoreUnavailable } from "../faults.js";
import type { Admission } from "../ports/admission.js";
import type { HoldAnswer, HoldRequest, InventoryLoading } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";
import { buyerOrder } from "../order.js";
import type { InService } from "./in-service.js";

export type Admitted = Exclude<HoldAnswer, { kind: "not-in-service" | "unknown-buyer" }>;

/** What is asked for, whichever attempt and life of the inventory it is. */
export type Wish = Omit<HoldRequest, "epoch" | "reservationId">;

/** Once, and again for each change of the product that comes in between. */
const MAX_LESSONS = 20;

export interface AdmitPorts {
  readonly admission: Admission;
  readonly loading: InventoryLoading;
  readonly orders: Orders;
  readonly inService: InService;
}

/**
 * Admits one buyer, or says why not, whatever state the inventory is in: a lost one is rebuilt, an unknown buyer taught.
 * Null where there is no such product. Safe to repeat with the same reservation id.
 */
export const admit =
  ({ admission, loading, orders, inService }: AdmitPorts) =>
  (wish: Wish, reservationId: string): Promise<Admitted | null> =>
    inService.ask(wish.productId, async ({ epoch }) => {
      const { productId, userId, quantity, fingerprint, expectedPriceMinor } = wish;
      const request = { productId, epoch, reservationId, userId, quantity, fingerprint, expectedPriceMinor };
      for (let lesson = 0; lesson < MAX_LESSONS; lesson += 1) {
        const answer = await admitOnce(admission, request);
        if (answer.kind === "not-in-service") return null;
        if (answer.kind !== "unknown-buyer") return answer;
        // What is read now holds every change up to the inventory's revision, or more.
        const known = await orders.ofBuyer(productId, userId);
        const buyer = { userId, orders: known.map(buyerOrder) };
        if ((await loading.teach(productId, epoch, answer.revision, [buyer])) === "not-in-service") return null;
      }
      // The inventory is whole: restoring it, under the ledger's lock, would help nobody.
      throw new StoreUnavailable("inventory", "none");
    });

/** An answer that was lost is asked for again: the same id gets the same answer, and no buyer waits for the reaper. */
function admitOnce(admission: Admission, request: HoldRequest): Promise<HoldAnswer> {
  return admission.admit(request).catch((fault: unknown) => {
    if (fault instanceof StoreUnavailable && fault.effect === "unknown") return admission.admit(request);
    throw fault;
  });
}
