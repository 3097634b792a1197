import { publicStatus, toDecimal, type Order, type Product, type SaleStatus } from "@flash-sale/core";

/** What callers see of the domain: the shapes of the contract, prices as decimals, times as ISO 8601 in UTC. */

export function saleView(sale: SaleStatus) {
  const { id, name, ...rest } = termsView(sale);
  return { productId: id, productName: name, ...rest };
}

/** What an admin sees of a product. */
export function productView(sale: SaleStatus) {
  const { available, held, purchased, totalQuantity } = sale.stock;
  return {
    ...termsView(sale),
    available,
    held,
    sold: purchased,
    drift: totalQuantity - (available + held + purchased),
  };
}

function termsView({ product, state, stock }: SaleStatus) {
  return {
    id: product.id,
    name: product.name,
    description: product.description,
    status: state,
    availableQuantity: stock.available,
    totalQuantity: stock.totalQuantity,
    soldQuantity: stock.purchased,
    price: toDecimal(stock.priceMinor, product.currency),
    currency: product.currency,
    perUserLimit: stock.perUserLimit,
    saleStartAt: isoTime(stock.saleStartAtMs),
    saleEndAt: isoTime(stock.saleEndAtMs),
  };
}

/** What a buyer sees of an order. */
export function purchaseView(order: Order) {
  const { id, number, productId, userId, quantity, priceMinor, currency, admittedAtMs } = order;
  return {
    orderId: id,
    number,
    productId,
    userId,
    quantity,
    price: toDecimal(priceMinor, currency),
    total: toDecimal(priceMinor * quantity, currency),
    currency,
    status: publicStatus(order),
    purchasedAt: isoTime(admittedAtMs),
  };
}

/** `orders`: the newest first. Cancelled ones are shown, and count for nothing. */
export function userStatusView({ perUserLimit }: Product, orders: readonly Order[]) {
  const units = orders.reduce((sum, { status, quantity }) => (status === "confirmed" ? sum + quantity : sum), 0);
  const views = orders.map((order) => ({
    id: order.id,
    status: publicStatus(order),
    quantity: order.quantity,
    price: toDecimal(order.priceMinor, order.currency),
    createdAt: isoTime(order.admittedAtMs),
  }));
  return {
    hasPurchased: units > 0,
    order: views[0] ?? null,
    orders: views,
    unitsLeft: Math.max(0, perUserLimit - units),
  };
}

/** `found`: a page of `limit`, and one more where another page follows. */
export function pageView<Item>(found: readonly Item[], limit: number, cursorOf: (last: Item) => string) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
