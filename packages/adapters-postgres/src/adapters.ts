import { StoreUnavailable, type Changes, type OrderPages, type Orders, type Products } from "@flash-sale/core";
import type pg from "pg";
import { createChanges } from "./changes.js";
import { askForRow } from "./connection.js";
import { createOrderPages } from "./order-pages.js";
import { createOrders } from "./orders.js";
import { createProducts } from "./products.js";

/** The durable ports over an existing pool, which stays the caller's to close. Give it the time-outs that `connectPostgres` gives. */
export function createPostgresAdapters(pool: pg.Pool): {
  products: Products;
  orders: Orders;
  orderPages: OrderPages;
  changes: Changes;
} {
  return {
    products: createProducts(pool),
    orders: createOrders(pool),
    orderPages: createOrderPages(pool),
    changes: createChanges(pool),
  };
}

/** Throws StoreUnavailable or StoreRejected unless orders can be written: the server answers, has the schema, and is no standby. */
export async function checkReady(pool: pg.Pool): Promise<void> {
  const row = await askForRow(
    pool,
    "select pg_is_in_recovery() as standby, (select count(*) from (select from ledger limit 1) one)",
  );
  if (row.standby !== false)
    throw new StoreUnavailable("orders", "none", { cause: new Error("the server is a standby") });
}
