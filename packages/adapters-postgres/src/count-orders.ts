import type pg from "pg";
import { askForRow } from "./connection.js";
import * as decode from "./decode.js";

/** How many orders there are, cancelled ones included: numbers have no gaps, so the last ones add up to it without a look at an order. */
export async function countOrders(pool: pg.Pool): Promise<number> {
  const row = await askForRow(pool, "select coalesce(sum(last_number), 0)::bigint as orders from ledger");
  return decode.integer(row, "orders");
}
