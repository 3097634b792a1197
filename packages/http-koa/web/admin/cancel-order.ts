import { units } from "../shared/format.js";
import type { Purchase } from "../shared/views.js";
import { confirmed } from "./confirm-dialog.js";
import type { AdminCall } from "./session.js";

export interface Cancelling {
  /** The order as it is now; null where that is not known. */
  readonly order: Purchase | null;
  /** What came of it. */
  readonly sentence: string;
}

/** Cancels an order after a question; null where the answer was no. */
export async function cancelOrder(call: AdminCall, order: Purchase): Promise<Cancelling | null> {
  const { orderId, number, userId, quantity } = order;
  const isSure = await confirmed({
    title: `Cancel order ${number}?`,
    text:
      `${userId} has bought ${units(quantity)}. A cancelled order stays cancelled; its units go back on sale, ` +
      "and the buyer may buy again.",
    yes: "Cancel the order",
    no: "Keep the order",
  });
  if (!isSure) return null;
  const answer = await call<Purchase>(`/admin/orders/${orderId}/cancel`, { method: "POST", body: {} });
  const name = `Order ${number} of ${userId}`;
  return answer.ok
    ? { order: answer.data, sentence: `${name} is cancelled. Back on sale: ${units(quantity)}.` }
    : { order: null, sentence: `${name} is not known to be cancelled: ${answer.error}` };
}
