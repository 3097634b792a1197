import type pg from "pg";

export const ORDERS = 1_000_000;

/** Orders as a sale of a million would have left them: ordered ids, gapless numbers, one unit a buyer. (Ordered buyers only save time.) */
const INSERT = `
  insert into orders (product_id, id, user_id, status, number, quantity, price_minor, currency, fingerprint, admitted_at)
  select $1, ('01890000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'old-' || lpad(n::text, 7, '0'), 'confirmed', n,
      1, 4999, 'USD', '1', now()
  from generate_series(1, $2::bigint) n`;
const LEDGER = "update ledger set committed = $2::integer, last_number = $2::integer where product_id = $1";
const OF_OLD_BUYERS = "select count(*) from orders where product_id = $1 and user_id like 'old-%'";

export const oldBuyer = (number: number): string => `old-${String(number).padStart(7, "0")}`;

/** Answers how long it took, in milliseconds. */
export const insertMillionOrders = async (pool: pg.Pool, productId: string): Promise<number> => {
  const beganAtMs = Date.now();
  await pool.query(INSERT, [productId, ORDERS]);
  await pool.query(LEDGER, [productId, ORDERS]);
  await pool.query("analyze orders");
  return Date.now() - beganAtMs;
};

export const countOfOldBuyers = async (pool: pg.Pool, productId: string): Promise<number> => {
  const { rows } = await pool.query<{ count: string }>(OF_OLD_BUYERS, [productId]);
  return Number(rows[0]?.count);
};
