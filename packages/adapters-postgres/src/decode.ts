import type { Change, Metadata, Order, Product } from "@flash-sale/core";
import type { Row } from "./connection.js";

/** A bigint comes as text, since it may be more than a number can hold; one in JSON comes as a number. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw unknown(column, value);
  return number;
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw unknown(column, value);
  return value;
}

export function list(row: Row, column: string): readonly unknown[] {
  const value = row[column];
  if (!Array.isArray(value)) throw unknown(column, value);
  return value;
}

export function unknown(column: string, value: unknown): Error {
  return new TypeError(`the orders store answered something unknown in ${column}: ${JSON.stringify(value)}`);
}

/** Milliseconds, exactly: `extract` answers a decimal number, not a binary one. */
const ms = (column: string, name: string) => `(extract(epoch from ${column}) * 1000)::bigint as ${name}`;

/** Of `products p join ledger l`. */
export const PRODUCT_COLUMNS = [
  "p.id, p.name, p.description, p.price_minor, p.currency, l.total, p.per_user_limit, l.revision, l.epoch",
  "l.committed, p.sold_quantity",
  ms("p.sale_start_at", "sale_start_ms"),
  ms("p.sale_end_at", "sale_end_ms"),
  ms("p.created_at", "created_ms"),
].join(", ");

export function product(row: Row): Product {
  return {
    id: text(row, "id"),
    name: text(row, "name"),
    description: row.description === null ? null : text(row, "description"),
    priceMinor: integer(row, "price_minor"),
    currency: text(row, "currency"),
    totalQuantity: integer(row, "total"),
    perUserLimit: integer(row, "per_user_limit"),
    saleStartAtMs: integer(row, "sale_start_ms"),
    saleEndAtMs: integer(row, "sale_end_ms"),
    createdAtMs: integer(row, "created_ms"),
    revision: integer(row, "revision"),
    epoch: integer(row, "epoch"),
    committed: integer(row, "committed"),
    soldQuantity: integer(row, "sold_quantity"),
  };
}

/** Of `changes c`. */
export const CHANGE_COLUMNS = [
  "c.product_id, c.revision, c.id, c.kind, c.total, c.price_minor, c.per_user_limit, c.user_id, c.units",
  ms("c.sale_start_at", "sale_start_ms"),
  ms("c.sale_end_at", "sale_end_ms"),
].join(", ");

export function change(row: Row): Change {
  const numbered = { id: text(row, "id"), productId: text(row, "product_id"), revision: integer(row, "revision") };
  switch (row.kind) {
    case "terms":
      return {
        ...numbered,
        kind: "terms",
        terms: {
          totalQuantity: integer(row, "total"),
          priceMinor: integer(row, "price_minor"),
          perUserLimit: integer(row, "per_user_limit"),
          saleStartAtMs: integer(row, "sale_start_ms"),
          saleEndAtMs: integer(row, "sale_end_ms"),
        },
      };
    case "cancel":
      return { ...numbered, kind: "cancel", userId: text(row, "user_id"), units: integer(row, "units") };
    default:
      throw unknown("kind", row.kind);
  }
}

/** Of `orders o`. */
export const ORDER_COLUMNS = [
  "o.id, o.product_id, o.user_id, o.status, o.number, o.quantity, o.price_minor, o.currency, o.fingerprint, o.metadata",
  ms("o.admitted_at", "admitted_ms"),
].join(", ");

export function order(row: Row): Order {
  const { status } = row;
  if (status !== "confirmed" && status !== "cancelled") throw unknown("status", status);
  return {
    id: text(row, "id"),
    number: integer(row, "number"),
    productId: text(row, "product_id"),
    userId: text(row, "user_id"),
    quantity: integer(row, "quantity"),
    priceMinor: integer(row, "price_minor"),
    currency: text(row, "currency"),
    status,
    fingerprint: text(row, "fingerprint"),
    metadata: metadata(row.metadata),
    admittedAtMs: integer(row, "admitted_ms"),
  };
}

function metadata(value: unknown): Metadata | null {
  if (value === null) return null;
  if (!isObject(value)) throw unknown("metadata", value);
  return value;
}

export function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
