import type { FlashSale } from "@flash-sale/core";
import { success, type Answer } from "../answer.js";
import { API_BASE, type Answering, type ApiRouter } from "../api.js";
import { askedForCrowd } from "../asked-for-crowd.js";
import type { Buyer } from "../identity.js";
import { jsonBody } from "../json-body.js";
import { answerToPurchase, orderNotFound, productNotFound } from "../outcome.js";
import { idempotencyKey, purchaseBody, queryOf, read, uuidParameter } from "../request.js";
import { saleShown } from "../sale-shown.js";
import { purchaseView, userStatusView } from "../views.js";

/** Looks at a sale for those who ask how it stands. A crowd is told what was seen 10 ms ago at most; a CDN may keep it for a second. */
const LOOKS = { questions: 4, withinMs: 10 };

export interface SaleRoutes {
  readonly sale: FlashSale;
  readonly buyerOf: Buyer;
  readonly answering: Answering;
}

/** What buyers, and everybody who looks on, can ask. */
export function addSaleRoutes(router: ApiRouter, { sale, buyerOf, answering }: SaleRoutes): void {
  const purchase = answering(async (ctx) => {
    const { userId, productId, quantity, expectedPrice, metadata } = read(purchaseBody, ctx.request.body);
    const key = idempotencyKey(ctx);
    const buyer = await buyerOf(ctx, queryOf(ctx)["userId"], userId);
    const wish = { productId, userId: buyer, quantity, idempotencyKey: key, expectedPrice, metadata };
    return answerToPurchase(await sale.purchase(wish));
  });

  const newest = askedForCrowd(async (_: "newest"): Promise<Answer> => {
    const found = await sale.newestSale();
    return found ? saleShown(found) : productNotFound();
  }, LOOKS);

  const statusOf = askedForCrowd(async (productId: string): Promise<Answer> => {
    const found = await sale.saleStatus(productId);
    return found ? saleShown(found) : productNotFound();
  }, LOOKS);

  const first = answering((ctx) => {
    queryOf(ctx);
    return newest("newest");
  });

  const status = answering((ctx) => {
    const { productId } = queryOf(ctx);
    return productId === undefined ? newest("newest") : statusOf(uuidParameter("productId", productId));
  });

  const statusOfOne = answering((ctx) => {
    queryOf(ctx);
    return statusOf(uuidParameter("productId", ctx.params["productId"]));
  });

  const userStatus = answering(async (ctx) => {
    const { productId, userId } = queryOf(ctx);
    const id = uuidParameter("productId", productId);
    const found = await sale.ordersOf(id, await buyerOf(ctx, userId));
    return found ? success(userStatusView(found.product, found.orders)) : productNotFound();
  });

  const order = answering(async (ctx) => {
    const { userId } = queryOf(ctx);
    const id = uuidParameter("orderId", ctx.params["orderId"]);
    const found = await sale.findOrder(id, await buyerOf(ctx, userId));
    return found ? success(purchaseView(found)) : orderNotFound();
  });

  router.post(`${API_BASE}/sale/purchase`, jsonBody, purchase);
  router.get(`${API_BASE}/sale/first`, first);
  router.get(`${API_BASE}/sale/status`, status);
  router.get(`${API_BASE}/sale/status/:productId`, statusOfOne);
  router.get(`${API_BASE}/sale/user/status`, userStatus);
  router.get(`${API_BASE}/sale/orders/:orderId`, order);
}
