import { unitsOf, type BuyerOrder } from "../order.js";
import type { SaleTerms } from "../product.js";
import type { HoldAnswer, HoldRefusal, HoldRequest, InventoryStatus } from "../ports/inventory.js";
import type { Reservation } from "../reservation.js";

/** One life of one product's inventory. */
export interface Stock {
  readonly epoch: number;
  terms: SaleTerms;
  available: number;
  held: number;
  purchased: number;
  buyersLoaded: boolean;
  readonly buyers: Map<string, readonly BuyerOrder[]>;
  /** At most one a buyer, by user id. */
  readonly holds: Map<string, Reservation>;
}

/** What hold.lua does, for one buyer. */
export function hold(
  stock: Stock,
  request: HoldRequest,
  lock: "granted" | "taken",
  nowMs: number,
  lockTtlMs: number,
): HoldAnswer {
  const { productId, epoch, userId, reservationId, quantity } = request;
  const orders = stock.buyers.get(userId) ?? (stock.buyersLoaded ? [] : null);
  if (orders === null) return { kind: "unknown-buyer", revision: stock.terms.revision };
  if (orders.some(({ id }) => id === reservationId)) return { kind: "already-ordered", orderId: reservationId };

  const { terms, available } = stock;
  const { revision } = terms;
  const standing = stock.holds.get(userId);
  if (standing?.id === reservationId)
    return { kind: "already-held", epoch, revision, reservation: standing, available };

  const reason = refusalOf(request, stock, orders, nowMs, lock === "taken" || standing !== undefined);
  if (reason !== null) {
    const { perUserLimit } = terms;
    return { kind: "refused", reason, epoch, orders, holds: standing?.id ?? null, perUserLimit, available };
  }

  const { priceMinor } = terms;
  const { fingerprint } = request;
  const times = { admittedAtMs: nowMs, deadlineMs: nowMs + lockTtlMs };
  const reservation = { id: reservationId, productId, epoch, userId, quantity, priceMinor, fingerprint, ...times };
  stock.holds.set(userId, reservation);
  stock.available -= quantity;
  stock.held += quantity;
  return { kind: "held", epoch, revision, reservation, available: stock.available };
}

/** Ends those holds that are there under these very ids; answers the units they held. */
export function endHolds(stock: Stock, reservations: readonly Pick<Reservation, "id" | "userId">[]): number {
  let units = 0;
  for (const { id, userId } of reservations) {
    const standing = stock.holds.get(userId);
    if (standing?.id !== id) continue;
    stock.holds.delete(userId);
    stock.held -= standing.quantity;
    units += standing.quantity;
  }
  return units;
}

/** The checks in their order. Null: nothing stands in the way. */
function refusalOf(
  { quantity, expectedPriceMinor }: HoldRequest,
  { terms, available }: Stock,
  orders: readonly BuyerOrder[],
  nowMs: number,
  underWay: boolean,
): HoldRefusal | null {
  if (quantity > terms.perUserLimit) return "exceeds-limit";
  if (nowMs < terms.saleStartAtMs) return "not-started";
  if (nowMs >= terms.saleEndAtMs) return "ended";
  if (expectedPriceMinor !== null && expectedPriceMinor !== terms.priceMinor) return "price-changed";
  if (underWay) return "in-progress";
  if (unitsOf(orders) + quantity > terms.perUserLimit) return "limit-reached";
  return available < quantity ? "sold-out" : null;
}

export function statusOf(
  { terms, epoch, available, held, purchased, buyersLoaded }: Stock,
  nowMs: number,
): InventoryStatus {
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision } = terms;
  return {
    totalQuantity,
    priceMinor,
    perUserLimit,
    saleStartAtMs,
    saleEndAtMs,
    revision,
    epoch,
    available,
    held,
    purchased,
    buyersLoaded,
    nowMs,
  };
}
