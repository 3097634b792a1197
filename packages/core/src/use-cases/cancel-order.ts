import * as input from "../input.js";
import type { Order } from "../order.js";
import type { Changes } from "../ports/changes.js";
import type { FollowChanges } from "./follow-changes.js";
import { untilKnown } from "./until-known.js";
import type { Clock } from "../ports/clock.js";

/**
 * Cancels an order for good: its units go back on sale, once, and its buyer may buy again. Repeating it answers the same
 * order. Where the hot store is away the units go back when it is there again. Null where there is no such order.
 */
export const cancelOrder =
  (ports: {
    changes: Changes;
    clock: Clock;
    followChanges: FollowChanges;
    onFault: (doing: string, fault: unknown) => void;
  }) =>
  async (orderId: string): Promise<Order | null> => {
    const id = input.uuid("orderId", orderId);
    const order = await untilKnown(ports.clock, () => ports.changes.cancel(id));
    if (order) {
      await ports
        .followChanges(order.productId)
        .catch((fault: unknown) => ports.onFault("putting the units of a cancelled order back on sale", fault));
    }
    return order;
  };
