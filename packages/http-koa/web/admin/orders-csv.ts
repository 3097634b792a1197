import type { Purchase } from "../shared/views.js";

/** As `flash-sale orders export` writes them: the same columns, so that what reads the one reads the other. */

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
] as const satisfies readonly (keyof Purchase)[];

export const CSV_HEAD = `${COLUMNS.join(",")}\n`;

export function csvLine(order: Purchase): string {
  return `${COLUMNS.map((column) => cell(order[column])).join(",")}\n`;
}

/** What a spreadsheet would take for a formula gets a `'` in front: a buyer called `@SUM(…)` must stay a text. */
function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
