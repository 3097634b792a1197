import type { FlashSale } from "@flash-sale/core";
import { success } from "../answer.js";
import { API_BASE, type Answering, type ApiMiddleware, type ApiRouter } from "../api.js";
import type { AdminGate } from "../identity.js";
import { jsonBody } from "../json-body.js";
import { productNotFound } from "../outcome.js";
import { newProductBody, queryOf, read, toNewProduct } from "../request.js";
import { productView } from "../views.js";

export interface AdminRoutes {
  readonly sale: FlashSale;
  readonly checkAdmin: AdminGate;
  readonly answering: Answering;
}

export function addAdminRoutes(router: ApiRouter, { sale, checkAdmin, answering }: AdminRoutes): void {
  /** Before the body is read: a stranger's bytes are not worth parsing. */
  const adminOnly: ApiMiddleware = (ctx, next) => {
    checkAdmin(ctx);
    return next();
  };

  const createProduct = answering(async (ctx) => {
    queryOf(ctx);
    const { id } = await sale.createProduct(toNewProduct(read(newProductBody, ctx.request.body)));
    // Asked, not assumed: the answer says that the stock is live.
    const created = await sale.saleStatus(id);
    return created ? success(productView(created), 201) : productNotFound();
  });

  router.post(`${API_BASE}/admin/products`, adminOnly, jsonBody, createProduct);
}
