import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

const PATIENCE_MS = 15_000;

const number = (value: unknown): number => {
  const found = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  if (Number.isNaN(found)) throw new Error(`PostgreSQL answered ${String(value)} where a number was asked for`);
  return found;
};

/**
 * The orders of a product, once `sold_quantity` has come up with them: what goes on behind the purchases belongs to
 * their price, so it is waited for.
 */
export const quietOrders = async (pool: pg.Pool, productId: string, status: string): Promise<number> => {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const count = "SELECT count(*) AS orders FROM orders WHERE product_id = $1 AND status = $2";
    const orders = number((await pool.query<{ orders: unknown }>(count, [productId, status])).rows[0]?.orders);
    for (;;) {
      const ask = "SELECT sold_quantity AS sold FROM products WHERE id = $1";
      const sold = number((await pool.query<{ sold: unknown }>(ask, [productId])).rows[0]?.sold);
      if (sold === orders) return orders;
      if (Date.now() > deadlineMs)
        throw new Error(`products.sold_quantity stays at ${String(sold)} for ${String(orders)} orders`);
      await sleep(50);
    }
  }
};
