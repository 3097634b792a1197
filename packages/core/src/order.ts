import type { Metadata } from "./reservation.js";

/** A durable order. A void is no order: it is never shown. */
export interface Order {
  readonly id: string;
  /** 1, 2, 3 … within a product, in commit order, without a gap. */
  readonly number: number;
  readonly productId: string;
  readonly userId: string;
  readonly quantity: number;
  /** Price of one unit in minor units of `currency`. */
  readonly priceMinor: number;
  readonly currency: string;
  readonly status: "confirmed" | "cancelled";
  readonly fingerprint: string;
  readonly metadata: Metadata | null;
  /** When the buyer was admitted, by the hot store's clock. */
  readonly admittedAtMs: number;
}

/** What the inventory remembers of a buyer's order. `units` is 0 for a cancelled one: its id still answers replays. */
export interface BuyerOrder {
  readonly id: string;
  readonly units: number;
}

/** The narrow row a product that every commit locks. The hard cap stands here, and only here. */
export interface Ledger {
  readonly epoch: number;
  readonly revision: number;
  readonly total: number;
  readonly committed: number;
}

export function buyerOrder(order: Pick<Order, "id" | "quantity" | "status">): BuyerOrder {
  return { id: order.id, units: order.status === "confirmed" ? order.quantity : 0 };
}

/** Units that count against the limit: cancelled orders have none. */
export function unitsOf(orders: readonly BuyerOrder[]): number {
  return orders.reduce((sum, order) => sum + order.units, 0);
}

/** The word callers see for an order's status, over HTTP, in the CLI and in exports. */
export function publicStatus(order: Order): "completed" | "cancelled" {
  return order.status === "confirmed" ? "completed" : "cancelled";
}
