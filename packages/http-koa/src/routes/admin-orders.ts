import type { FlashSale, OrderPages } from "@flash-sale/core";
import { emptyBody, noQuery, ordersQuery } from "../admin-request.js";
import { refused, success } from "../answer.js";
import { API_BASE, type Answering, type ApiMiddleware, type ApiRouter } from "../api.js";
import { orderCursor } from "../cursor.js";
import { jsonBody } from "../json-body.js";
import { queryOf, read, uuidParameter } from "../request.js";
import { pageView, purchaseView } from "../views.js";

export interface AdminOrderRoutes {
  readonly sale: Pick<FlashSale, "cancelOrder">;
  readonly orderPages: OrderPages;
  readonly adminOnly: ApiMiddleware;
  readonly answering: Answering;
}

const ORDERS = `${API_BASE}/admin/orders`;

export function addAdminOrderRoutes(router: ApiRouter, routes: AdminOrderRoutes): void {
  const { sale, orderPages, adminOnly, answering } = routes;

  /**
   * Orders by product and number. With `after` it is a feed: numbers are given under the ledger's lock, so that no order ever comes
   * up behind one that was seen.
   */
  const list = answering(async (ctx) => {
    const query = read(ordersQuery, queryOf(ctx), "query parameter");
    const { productId = null, userId = null, cursor = null, after, limit } = query;
    const place = productId !== null && after !== undefined ? { productId, number: after } : cursor;
    const found = await orderPages.search({ productId, userId }, place, limit + 1);
    return success(pageView(found.map(purchaseView), limit, orderCursor));
  });

  const cancel = answering(async (ctx) => {
    noQuery(ctx);
    read(emptyBody, ctx.request.body);
    const order = await sale.cancelOrder(uuidParameter("orderId", ctx.params["orderId"]));
    return order ? success(purchaseView(order)) : refused("ORDER_NOT_FOUND", "There is no such order.");
  });

  router.get(ORDERS, adminOnly, list);
  router.post(`${ORDERS}/:orderId/cancel`, adminOnly, jsonBody, cancel);
}
