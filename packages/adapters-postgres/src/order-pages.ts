import { UUID, type OrderPages } from "@flash-sale/core";
import type pg from "pg";
import { ask } from "./connection.js";
import * as decode from "./decode.js";

/**
 * Numbers have no gaps, so the next `limit` orders are the next `limit` numbers. Bounded on both sides: for an open range, and no
 * statistics yet, the planner would sort all orders (1.9 s a page at a million).
 */
const ORDERS = `select ${decode.ORDER_COLUMNS} from orders o
  where o.product_id = $1 and o.number > $2::bigint and o.number <= $2::bigint + $3::bigint order by o.number`;
const SEARCH = `select ${decode.ORDER_COLUMNS} from search_orders($1, $2, $3, $4, $5) o order by o.product_id, o.number`;
/** The driver takes four times as long to read an array as it takes for the whole row without one. */
const BUYERS = `select user_id, array_to_string(ids, ',') as ids, array_to_string(units, ',') as units
  from buyers_page($1, $2, $3)`;
/**
 * A look-up a user, which `limit` keeps whole: as a plain join, without statistics, all orders of the product would be walked for
 * every page.
 */
const AMONG = `select asked.user_id from unnest($2::text[]) as asked (user_id), lateral
  (select from orders o where o.product_id = $1 and o.user_id = asked.user_id and o.status <> 'void' limit 1) as any_order`;

export function createOrderPages(pool: pg.Pool): OrderPages {
  return {
    search: async ({ productId, userId }, after, limit) => {
      if (productId !== null && !UUID.test(productId)) return [];
      const values = [productId, userId, after?.productId ?? null, after?.number ?? null, limit];
      return (await ask(pool, SEARCH, values)).map(decode.order);
    },

    orders: async (productId, afterNumber, limit) =>
      (await ask(pool, ORDERS, [productId, afterNumber, limit])).map(decode.order),

    buyers: async (productId, afterUserId, limit) =>
      (await ask(pool, BUYERS, [productId, afterUserId, limit])).map((row) => {
        const units = decode.text(row, "units").split(",");
        const orders = decode
          .text(row, "ids")
          .split(",")
          .map((id, index) => ({ id, units: decode.integer({ units: units[index] }, "units") }));
        return { userId: decode.text(row, "user_id"), orders };
      }),

    buyersAmong: async (productId, userIds) =>
      (await ask(pool, AMONG, [productId, userIds])).map((row) => decode.text(row, "user_id")),
  };
}
