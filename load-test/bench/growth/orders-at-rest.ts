import { setTimeout as sleep } from "node:timers/promises";
import { number, type Database } from "../database.js";

const PATIENCE_MS = 15_000;

/** By the ledger: numbers have no gaps, and to count ten million orders would cost more than what is measured. */
const ORDERS = `
  select l.last_number as orders, p.sold_quantity = l.committed as projected
    from products p join ledger l on l.product_id = p.id where p.id = $1`;

/** How many orders a product has, once nothing goes on behind the purchases: `sold_quantity` has come up with them. */
export const ordersAtRest = async (database: Database, productId: string): Promise<number> => {
  for (const deadlineMs = Date.now() + PATIENCE_MS; ;) {
    const row = await database.askForRow(ORDERS, [productId]);
    if (row.projected === true) return number(row, "orders");
    if (Date.now() > deadlineMs) throw new Error("products.sold_quantity stays behind the ledger");
    await sleep(50);
  }
};

/** The confirmed ones behind a number, counted. Throws where numbers have gaps. */
export const countNewer = async (database: Database, productId: string, after: number): Promise<number> => {
  const orders = await ordersAtRest(database, productId);
  const counted = number(await database.askForRow(NEWER, [productId, after]), "orders");
  if (orders - after !== counted)
    throw new Error(`by the ledger ${String(orders - after)} orders are new, and ${String(counted)} stand`);
  return counted;
};

const NEWER = "select count(*) as orders from orders where product_id = $1 and number > $2 and status = 'confirmed'";
