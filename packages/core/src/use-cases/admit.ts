import { StoreUnavailable } from "../faults.js";
import type { Admission } from "../ports/admission.js";
import type { HoldAnswer, HoldRequest, InventoryLoading } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";
import { buyerOrder } from "../order.js";
import type { InService } from "./in-service.js";

export type Admitted = Exclude<HoldAnswer, { kind: "not-in-service" | "unknown-buyer" }>;

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
  (request: Omit<HoldRequest, "epoch">): Promise<Admitted | null> =>
    inService.ask(request.productId, async ({ epoch }) => {
      const { productId, userId } = request;
      const first = await admitOnce(admission, { ...request, epoch });
      if (first.kind !== "unknown-buyer") return first.kind === "not-in-service" ? null : first;

      const known = await orders.ofBuyer(productId, userId);
      await loading.teach(productId, epoch, [{ userId, orders: known.map(buyerOrder) }]);
      const second = await admitOnce(admission, { ...request, epoch });
      // Unknown again: the inventory was lost in between.
      return second.kind === "not-in-service" || second.kind === "unknown-buyer" ? null : second;
    });

/** An answer that was lost is asked for again: the same id gets the same answer, and no buyer waits for the reaper. */
async function admitOnce(admission: Admission, request: HoldRequest): Promise<HoldAnswer> {
  try {
    return await admission.admit(request);
  } catch (fault) {
    if (fault instanceof StoreUnavailable && fault.effect === "unknown") return admission.admit(request);
    throw fault;
  }
}
