import type { FlashSale } from "@flash-sale/core";
import {
  emptyBody,
  noQuery,
  productChangeBody,
  productsQuery,
  reconcileBody,
  toProductChange,
} from "../admin-request.js";
import { success } from "../answer.js";
import { API_BASE, type Answering, type ApiContext, type ApiMiddleware, type ApiRouter } from "../api.js";
import { productCursor } from "../cursor.js";
import { jsonBody } from "../json-body.js";
import { answerToChange, productNotFound } from "../outcome.js";
import { newProductBody, queryOf, read, toNewProduct, uuidParameter } from "../request.js";
import { pageView, productView } from "../views.js";

export interface AdminProductRoutes {
  readonly sale: FlashSale;
  readonly adminOnly: ApiMiddleware;
  readonly answering: Answering;
}

const PRODUCTS = `${API_BASE}/admin/products`;
const PRODUCT = `${PRODUCTS}/:productId`;

export function addAdminProductRoutes(router: ApiRouter, { sale, adminOnly, answering }: AdminProductRoutes): void {
  const create = answering(async (ctx) => {
    noQuery(ctx);
    const { id } = await sale.createProduct(toNewProduct(read(newProductBody, ctx.request.body)));
    // Asked, not assumed: the answer says that the stock is live.
    const created = await sale.saleStatus(id);
    return created ? success(productView(created), 201) : productNotFound();
  });

  const list = answering(async (ctx) => {
    const { cursor = null, limit } = read(productsQuery, queryOf(ctx), "query parameter");
    const found = await sale.products(cursor, limit + 1);
    return success(pageView(found.map(productView), limit, ({ id }) => productCursor(id)));
  });

  const one = answering(async (ctx) => {
    noQuery(ctx);
    const found = await sale.saleStatus(idOf(ctx));
    return found ? success(productView(found)) : productNotFound();
  });

  const change = answering(async (ctx) => {
    noQuery(ctx);
    const wish = toProductChange(read(productChangeBody, ctx.request.body));
    return answerToChange(await sale.changeProduct(idOf(ctx), wish));
  });

  const reconcile = answering(async (ctx) => {
    noQuery(ctx);
    const { fix = false } = read(reconcileBody, ctx.request.body);
    const report = await sale.reconcile(idOf(ctx), { fix });
    return report ? success(report) : productNotFound();
  });

  const rebuild = answering(async (ctx) => {
    noQuery(ctx);
    read(emptyBody, ctx.request.body);
    const productId = idOf(ctx);
    const report = await sale.rebuild(productId);
    return report ? success({ productId, ...report }) : productNotFound();
  });

  router.post(PRODUCTS, adminOnly, jsonBody, create);
  router.get(PRODUCTS, adminOnly, list);
  router.get(PRODUCT, adminOnly, one);
  router.patch(PRODUCT, adminOnly, jsonBody, change);
  router.post(`${PRODUCT}/reconcile`, adminOnly, jsonBody, reconcile);
  router.post(`${PRODUCT}/rebuild`, adminOnly, jsonBody, rebuild);
}

function idOf(ctx: ApiContext): string {
  return uuidParameter("productId", ctx.params["productId"]);
}
