import { z } from "zod";
import { emptyBody, ordersQuery, productChangeBody, productsQuery, reconcileBody } from "../admin-request.js";
import type { Code } from "../answer.js";
import { newProductBody, uuid } from "../request.js";
import { adminProduct, orderPage, productPage, purchase, rebuildReport, reconcileReport } from "./answers.js";
import type { Operation } from "./operation.js";

const productId = z.object({ productId: uuid.meta({ description: "Id of the product." }) });
const orderId = z.object({ orderId: uuid.meta({ description: "Id of the order." }) });

const always: readonly Code[] = ["INVALID_REQUEST", "UNAUTHENTICATED", "FORBIDDEN", "UNAVAILABLE", "INTERNAL"];
const withBody: readonly Code[] = [...always, "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"];

const products = { tag: "admin", who: "admin", path: "/api/v1/admin/products" } as const;
const product = { ...products, path: "/api/v1/admin/products/{productId}", params: productId } as const;

const productOperations: readonly Operation[] = [
  {
    ...products,
    method: "post",
    name: "createProduct",
    summary: "Puts a product on sale",
    body: { schema: newProductBody, required: true },
    answers: { 201: { description: "The product; its stock is live in the hot store.", data: adminProduct } },
    // Between the creation and the look at it a product cannot go: the last one is said for completeness.
    refusals: [...withBody, "PRODUCT_NOT_FOUND"],
  },
  {
    ...products,
    method: "get",
    name: "listProducts",
    summary: "Products with their live stock, in pages, the oldest first",
    query: productsQuery,
    answers: { 200: { description: "A page.", data: productPage } },
    refusals: always,
  },
  {
    ...product,
    method: "get",
    name: "getProduct",
    summary: "A product with its live stock",
    answers: { 200: { description: "The product.", data: adminProduct } },
    refusals: [...always, "PRODUCT_NOT_FOUND"],
  },
  {
    ...product,
    method: "patch",
    name: "changeProduct",
    summary: "Changes a product while its sale goes on",
    description:
      "What is left out stays as it is; all that is given is changed at once, or nothing. The hot stock follows without stopping the sale. " +
      "Held units keep the price they were held at. Repeating it is safe.",
    body: { schema: productChangeBody, required: true },
    answers: { 200: { description: "The product as it is now.", data: adminProduct } },
    refusals: [...withBody, "PRODUCT_NOT_FOUND", "TOTAL_TOO_LOW"],
  },
  {
    ...product,
    path: `${product.path}/reconcile`,
    method: "post",
    name: "reconcileProduct",
    summary: "Compares the hot store with the orders, and with fix repairs what differs",
    description: "A live sale goes on meanwhile, and drift is not found where there is none.",
    body: { schema: reconcileBody, required: false },
    answers: { 200: { description: "What was found.", data: reconcileReport } },
    refusals: [...withBody, "PRODUCT_NOT_FOUND"],
  },
  {
    ...product,
    path: `${product.path}/rebuild`,
    method: "post",
    name: "rebuildProduct",
    summary: "Loads the hot store anew from the orders, also where it looks whole",
    body: { schema: emptyBody, required: false },
    answers: { 200: { description: "The new inventory is in service.", data: rebuildReport } },
    refusals: [...withBody, "PRODUCT_NOT_FOUND"],
  },
];

/** What admins can ask. */
export const adminOperations: readonly Operation[] = [
  ...productOperations,
  {
    tag: "admin",
    who: "admin",
    method: "get",
    path: "/api/v1/admin/orders",
    name: "listOrders",
    summary: "Orders, in keyset pages; with after a feed",
    description:
      "By product and number, cancelled ones included. With `productId` and `after` they are the orders with a greater number, in commit order, " +
      "without a gap: whoever asks again with the number of the last one misses none. `nextCursor` of such a page goes on where it ends.",
    query: ordersQuery,
    answers: { 200: { description: "A page.", data: orderPage } },
    refusals: always,
  },
  {
    tag: "admin",
    who: "admin",
    method: "post",
    path: "/api/v1/admin/orders/{orderId}/cancel",
    name: "cancelOrder",
    summary: "Cancels an order; its units go back on sale, once",
    description: "A second cancel answers the same order and changes nothing. The buyer may buy again.",
    params: orderId,
    body: { schema: emptyBody, required: false },
    answers: { 200: { description: "The purchase, cancelled.", data: purchase } },
    refusals: [...withBody, "ORDER_NOT_FOUND"],
  },
];
