import { UUID, type BuyerOrder, type OrderPages } from "@flash-sale/core";
import type pg from "pg";
import { ask, askForRow, type Row } from "./connection.js";
import * as decode from "./decode.js";

/**
 * Numbers have no gaps, so the next `limit` orders are the next `limit` numbers. Bounded on both sides: for an open range, and no
 * statistics yet, the planner would sort all orders (1.9 s a page at a million).
 */
const ORDERS = `select ${decode.ORDER_COLUMNS} from orders o
  where o.product_id = $1 and o.number > $2::bigint and o.number <= $2::bigint + $3::bigint order by o.number`;
const SEARCH = `select ${decode.ORDER_COLUMNS} from search_orders($1, $2, $3, $4, $5) o order by o.product_id, o.number`;
/** Lists as texts: the driver takes far longer to read an array than `split` does. */
const ORDERS_BY_BUYER = "select user_ids, ids::text, units::text from orders_by_buyer($1, $2, $3)";
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

    buyers: async (productId, afterUserId, limit) => {
      const buyers: BuyerOrders[] = [];
      // An order or more a buyer: so many orders are never too many buyers.
      for (let after = afterUserId; buyers.length < limit;) {
        const wanted = limit - buyers.length;
        const row = await askForRow(pool, ORDERS_BY_BUYER, [productId, after, wanted]);
        if (row.user_ids === null) break;
        const orders = addBuyers(buyers, row);
        if (orders < wanted) break;
        after = buyers.at(-1)?.userId ?? null;
      }
      return buyers;
    },

    buyersAmong: async (productId, userIds) =>
      (await ask(pool, AMONG, [productId, userIds])).map((row) => decode.text(row, "user_id")),
  };
}

type BuyerOrders = Awaited<ReturnType<OrderPages["buyers"]>>[number];

/** Adds the buyers of a page, and answers how many orders it has. Each buyer's stand together. */
function addBuyers(buyers: BuyerOrders[], page: Row): number {
  const userIds = decode.list(page, "user_ids");
  const elements = (column: string) => decode.text(page, column).slice(1, -1).split(",");
  const [ids, units] = [elements("ids"), elements("units")];
  let orders: BuyerOrder[] = [];
  for (const [index, userId] of userIds.entries()) {
    if (userId !== userIds[index - 1]) {
      orders = [];
      buyers.push({ userId: decode.text({ userId }, "userId"), orders });
    }
    const order = { id: ids[index], units: units[index] };
    orders.push({ id: decode.text(order, "id"), units: decode.integer(order, "units") });
  }
  return userIds.length;
}
