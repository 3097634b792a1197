import type { OrderPages } from "@flash-sale/core";
import type pg from "pg";
import { ask } from "./connection.js";
import * as decode from "./decode.js";

const ORDERS = `select ${decode.ORDER_COLUMNS} from orders o where o.product_id = $1 and o.number > $2 order by o.number limit $3`;

/**
 * Walks the index (product_id, user_id) and stops after `limit` groups: a page costs the same at any number of orders, and a group is
 * never split. Planned each time, with the limit's value: for a limit it does not know the planner expects a tenth of the table,
 * and sorts all of it.
 */
const BUYERS = `select o.user_id, array_agg(o.id::text order by o.number) as ids,
    array_agg(case o.status when 'confirmed' then o.quantity else 0 end order by o.number) as units
  from orders o
  where o.product_id = $1 and o.status <> 'void' and ($2::text is null or o.user_id > $2)
  group by o.user_id order by o.user_id limit $3`;

export function createOrderPages(pool: pg.Pool): OrderPages {
  return {
    orders: async (productId, afterNumber, limit) => (await ask(pool, ORDERS, [productId, afterNumber, limit])).map(decode.order),

    buyers: async (productId, afterUserId, limit) =>
      (await ask(pool, BUYERS, [productId, afterUserId, limit])).map((row) => {
        const units = decode.list(row, "units");
        const orders = decode.list(row, "ids").map((id, index) => {
          const one = { id, units: units[index] };
          return { id: decode.text(one, "id"), units: decode.integer(one, "units") };
        });
        return { userId: decode.text(row, "user_id"), orders };
      }),
  };
}
