import type { Catalogue } from "../catalogue.js";
import type { Order } from "../order.js";
import type { Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { Product } from "../product.js";
import { shared } from "../shared.js";
import type { SaleStatus } from "./sale-status.js";

/** What can be asked without changing anything. */
export interface Looks {
  /** Null where there is no such product. */
  saleStatus(productId: string): Promise<SaleStatus | null>;
  /** How the sale of the newest product stands; null before the first one. */
  newestSale(): Promise<SaleStatus | null>;
  /** How the sales of products stand, by product id, after `afterId`, at most `limit`. */
  products(afterId: string | null, limit: number): Promise<SaleStatus[]>;
  /** A buyer's order; null for a void, an unknown id, and another buyer's order. */
  findOrder(orderId: string, userId: string): Promise<Order | null>;
  /** A buyer's orders of a product, the newest first; null where there is no such product. */
  ordersOf(
    productId: string,
    userId: string,
  ): Promise<{ readonly product: Product; readonly orders: readonly Order[] } | null>;
}

export const look = (ports: {
  products: Products;
  orders: Orders;
  catalogue: Catalogue;
  saleStatus: Looks["saleStatus"];
}): Looks => {
  const { products, orders, catalogue } = ports;
  const newest = shared((_: "newest") => products.newest());
  const saleStatus = shared(ports.saleStatus);
  return {
    saleStatus,
    newestSale: async () => {
      const product = await newest("newest");
      return product && saleStatus(product.id);
    },
    products: async (afterId, limit) => {
      const page = await products.page(afterId, limit);
      catalogue.meet(page);
      const found = await Promise.all(page.map(({ id }) => saleStatus(id)));
      return found.filter((one) => one !== null);
    },
    findOrder: async (orderId, userId) => {
      const order = await orders.find(orderId);
      return order?.userId === userId ? order : null;
    },
    ordersOf: async (productId, userId) => {
      const product = await catalogue.find(productId);
      return product && { product, orders: await orders.ofBuyer(productId, userId) };
    },
  };
};
