import { purchaseView } from "@flash-sale/http-koa";
import type { Order } from "@flash-sale/core";

/** How a list of orders is written: what comes before, each of them, what comes after. */
export interface OrderFormat {
  readonly head: string;
  line(order: Order, index: number): string;
  readonly tail: string;
}

const COLUMNS = [
  "orderId",
  "number",
  "productId",
  "userId",
  "quantity",
  "price",
  "total",
  "currency",
  "status",
  "purchasedAt",
] as const;

export const csv: OrderFormat = {
  head: `${COLUMNS.join(",")}\n`,
  line(order) {
    const view = purchaseView(order);
    return `${COLUMNS.map((column) => cell(view[column])).join(",")}\n`;
  },
  tail: "",
};

export const ndjson: OrderFormat = {
  head: "",
  line: (order) => `${JSON.stringify(purchaseView(order))}\n`,
  tail: "",
};

export const jsonArray: OrderFormat = {
  head: "[",
  line: (order, index) => `${index === 0 ? "\n" : ",\n"}${JSON.stringify(purchaseView(order))}`,
  tail: "\n]\n",
};

/** What a spreadsheet would take for a formula gets a `'` in front: a buyer called `=HYPERLINK(…)` must stay a text. */
function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
