import { z } from "zod";
import { purchaseBody, userId, uuid } from "../request.js";
import { purchase, saleView, userStatus } from "./answers.js";
import { cached, purchaseHeaders } from "./headers.js";
import { notModified, type Operation } from "./operation.js";

const productId = uuid.meta({ description: "Id of the product.", examples: ["0190a5a0-0000-7000-8000-000000000000"] });
const orderId = uuid.meta({ description: "Id of the order.", examples: ["0190a5a0-0000-7000-8000-000000000001"] });
const buyerInQuery = userId.optional().meta({
  description: "Who buys, in `AUTH_MODE=trusted-header` where the header x-user-id is not there.",
});
const viewed = {
  200: { description: "How the sale stands.", headers: cached, data: saleView },
  304: notModified,
} as const;

/** What buyers, and everybody who looks on, can ask. */
export const saleOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/api/v1/sale/first",
    tag: "sale",
    name: "getNewestSale",
    summary: "The sale of the newest product",
    who: "anyone",
    answers: viewed,
    refusals: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "UNAVAILABLE", "INTERNAL"],
  },
  {
    method: "get",
    path: "/api/v1/sale/status",
    tag: "sale",
    name: "getSaleStatus",
    summary: "How a sale stands: the newest product's, or that of ?productId=",
    who: "anyone",
    query: z.object({ productId: productId.optional() }),
    answers: viewed,
    refusals: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "UNAVAILABLE", "INTERNAL"],
  },
  {
    method: "get",
    path: "/api/v1/sale/status/{productId}",
    tag: "sale",
    name: "getSaleStatusOf",
    summary: "How the sale of a product stands",
    who: "anyone",
    params: z.object({ productId }),
    answers: viewed,
    refusals: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "UNAVAILABLE", "INTERNAL"],
  },
  {
    method: "get",
    path: "/api/v1/sale/stream/{productId}",
    tag: "sale",
    name: "streamSale",
    summary: "How the sale of a product stands, at once and after every change",
    description:
      "Server-sent events. Each event's `data` is a whole sale view as JSON: a purchase, a change, the start, the end and sold out are " +
      "seen, at most 4 a second. A comment comes every 15 seconds. The stream stays open until either side ends it.",
    who: "anyone",
    params: z.object({ productId }),
    answers: {
      200: {
        description: "The events.",
        content: {
          "text/event-stream": {
            schema: z
              .string()
              .meta({ description: "Lines `data: <SaleView as JSON>`, each followed by an empty one." }),
            example:
              'retry: 1000\n\ndata: {"productId":"0190a5a0-0000-7000-8000-000000000000","status":"active", …}\n\n',
          },
        },
      },
    },
    refusals: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND", "OVERLOADED", "UNAVAILABLE", "INTERNAL"],
  },
  {
    method: "post",
    path: "/api/v1/sale/purchase",
    tag: "sale",
    name: "purchase",
    summary: "Buys units of a product",
    description:
      "Checked in this order: body, identity, product, replay of a key (and 422), window, expectedPrice, purchase under way, limit, " +
      "stock. A refusal sells nothing and leaves the key free.",
    who: "buyer, also by the body",
    query: z.object({ userId: buyerInQuery }),
    headers: purchaseHeaders,
    body: { schema: purchaseBody, required: true },
    answers: {
      200: { description: "The same purchase again: the key was used for it before.", data: purchase },
      201: { description: "Bought: the order is durable.", data: purchase },
    },
    refusals: [
      ...["INVALID_REQUEST", "SALE_NOT_STARTED", "SALE_ENDED", "SOLD_OUT", "UNAUTHENTICATED"],
      ...["ALREADY_PURCHASED", "PURCHASE_IN_PROGRESS", "PRODUCT_NOT_FOUND", "PRICE_CHANGED", "PAYLOAD_TOO_LARGE"],
      ...["UNSUPPORTED_MEDIA_TYPE", "IDEMPOTENCY_KEY_REUSED", "RATE_LIMITED", "OVERLOADED", "UNAVAILABLE", "INTERNAL"],
    ] as Operation["refusals"],
  },
  {
    method: "get",
    path: "/api/v1/sale/user/status",
    tag: "sale",
    name: "getUserStatus",
    summary: "What a buyer has bought of a product",
    who: "buyer",
    query: z.object({ productId, userId: buyerInQuery }),
    answers: { 200: { description: "The buyer's orders of the product, and what is left.", data: userStatus } },
    refusals: ["INVALID_REQUEST", "UNAUTHENTICATED", "PRODUCT_NOT_FOUND", "RATE_LIMITED", "UNAVAILABLE", "INTERNAL"],
  },
  {
    method: "get",
    path: "/api/v1/sale/orders/{orderId}",
    tag: "sale",
    name: "getOrder",
    summary: "A buyer's own purchase, also one whose answer was lost",
    who: "buyer",
    params: z.object({ orderId }),
    query: z.object({ userId: buyerInQuery }),
    answers: { 200: { description: "The purchase.", data: purchase } },
    refusals: ["INVALID_REQUEST", "UNAUTHENTICATED", "ORDER_NOT_FOUND", "RATE_LIMITED", "UNAVAILABLE", "INTERNAL"],
  },
];
