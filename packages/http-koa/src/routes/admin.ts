import type { FlashSale, OrderPages } from "@flash-sale/core";
import type { Answering, ApiMiddleware, ApiRouter } from "../api.js";
import type { AdminGate } from "../identity.js";
import { addAdminOrderRoutes } from "./admin-orders.js";
import { addAdminProductRoutes } from "./admin-products.js";

export interface AdminRoutes {
  readonly sale: FlashSale;
  readonly orderPages: OrderPages;
  readonly checkAdmin: AdminGate;
  readonly answering: Answering;
}

export function addAdminRoutes(router: ApiRouter, { sale, orderPages, checkAdmin, answering }: AdminRoutes): void {
  /** Before the body is read: a stranger's bytes are not worth parsing. */
  const adminOnly: ApiMiddleware = async (ctx, next) => {
    await checkAdmin(ctx);
    await next();
  };
  addAdminProductRoutes(router, { sale, adminOnly, answering });
  addAdminOrderRoutes(router, { sale, orderPages, adminOnly, answering });
}
