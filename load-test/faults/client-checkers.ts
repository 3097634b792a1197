import type { Facts } from "./facts.js";
import type { Asked } from "./history.js";

/** What one client's answer says of another's, and of what stands: what looking at each order alone cannot see. */
export const checkClients = (asked: readonly Asked[], facts: Facts): string[] => [
  ...checkAlreadyPurchased(asked, facts),
  ...checkToldOnce(asked),
];

/** I3: "already purchased" names the buyer's orders that count, and each stands. */
const checkAlreadyPurchased = (asked: readonly Asked[], { orders }: Facts): string[] => {
  const rows = new Map(orders.map((row) => [row.id, row]));
  return asked.flatMap(({ heard, userId }) => {
    if (heard.kind !== "refused" || heard.code !== "ALREADY_PURCHASED") return [];
    const { orderIds = [] } = heard;
    if (orderIds.length === 0) return [`I3: ${userId} heard "already purchased" without an order`];
    return orderIds.flatMap((id) => {
      const row = rows.get(id);
      const isTheirs = row !== undefined && row.status !== "void" && row.userId === userId;
      return isTheirs
        ? []
        : [`I3: ${userId} heard "already purchased" with order ${id}, which is ${row?.status ?? "nowhere"}`];
    });
  });
};

/** I4: an order is new once; whoever asks again with its key is told so. */
const checkToldOnce = (asked: readonly Asked[]): string[] => {
  const told = new Set<string>();
  return asked.flatMap(({ heard }) => {
    if (heard.kind !== "order" || heard.status !== 201) return [];
    const { orderId } = heard.order;
    if (told.has(orderId)) return [`I4: order ${orderId} was answered as new twice`];
    told.add(orderId);
    return [];
  });
};
