import { callApi, type Answer } from "../shared/api.js";
import type { Purchase, UserStatus } from "../shared/views.js";
import type { Buyer } from "./buyer.js";

/** What one buyer owns of one product. */
export interface Mine {
  /** So many more this buyer may own. */
  readonly unitsLeft: number;
  /** The newest ones, the newest first. */
  readonly orders: readonly Purchase[];
  /** So many more are not among them. */
  readonly older: number;
}

const SHOWN = 4;

/** An order's number and total never change, so each is asked for once. */
const known = new Map<string, Purchase>();

export function remember(purchase: Purchase): void {
  known.set(purchase.orderId, purchase);
}

export async function ordersOf(productId: string, buyer: Buyer): Promise<Answer<Mine>> {
  const { headers } = buyer;
  const answer = await callApi<UserStatus>(`/sale/user/status?productId=${productId}`, { headers });
  if (!answer.ok) return answer;
  const { orders, unitsLeft } = answer.data;
  const found: Purchase[] = [];
  for (const { id, status } of orders.slice(0, SHOWN)) {
    const order = known.get(id) ?? (await orderOf(id, buyer));
    if (order) found.push({ ...order, status });
  }
  return { ...answer, data: { unitsLeft, orders: found, older: orders.length - found.length } };
}

async function orderOf(id: string, { headers }: Buyer): Promise<Purchase | null> {
  const answer = await callApi<Purchase>(`/sale/orders/${id}`, { headers });
  if (!answer.ok) return null;
  remember(answer.data);
  return answer.data;
}
