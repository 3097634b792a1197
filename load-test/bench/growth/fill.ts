import { number, openDatabase } from "../database.js";

/** Which orders to put in: of every product of the database, the ones with these numbers. */
export interface Filling {
  /** The first number; those before it stand already. */
  readonly from: number;
  readonly to: number;
  readonly say: (line: string) => void;
}

/** Rows one statement writes. */
const BATCH = 100_000;
const SAY_EVERY = 1_000_000;

/**
 * Orders as the commit function leaves them: ids with the time in front, gapless numbers, one unit a buyer, each buyer of a random
 * id of 36 characters. A random id comes to stand anywhere in the index of buyers, as it does in a real sale: that index is
 * neither denser nor better sorted than one that a sale made.
 */
const INSERT = `
  insert into orders
    (product_id, id, user_id, status, number, quantity, price_minor, currency, fingerprint, admitted_at)
  select m.product_id, (lpad(to_hex(m.ms), 12, '0') || '7' || substr(m.tail, 16))::uuid, m.user_id, 'confirmed', m.number, 1,
      m.price_minor, m.currency, '1', to_timestamp(m.ms / 1000) + m.ms % 1000 * interval '1 millisecond'
    from (
      select p.id as product_id, p.price_minor, p.currency, n as number, gen_random_uuid()::text as user_id,
          gen_random_uuid()::text as tail, (extract(epoch from clock_timestamp()) * 1000)::bigint as ms
        from generate_series($1::bigint, $2::bigint) n cross join products p
    ) m`;

const COUNT = "select count(*) as count from products";
const LEDGERS = `
  with sold as (update ledger set committed = $1::integer, last_number = $1::integer returning product_id, committed)
  update products p set sold_quantity = sold.committed from sold where p.id = sold.product_id`;

/** Puts the orders straight into the tables, with all their indexes in place. */
export const fillOrders = async (databaseUrl: string, { from, to, say }: Filling): Promise<void> => {
  await using database = await openDatabase(databaseUrl);
  const products = number(await database.askForRow(COUNT), "count");
  if (products === 0) throw new Error("there is no product to put orders in for");
  const numbers = Math.max(1, Math.floor(BATCH / products));
  const beganMs = performance.now();
  let said = 0;
  for (let first = from; first <= to; first += numbers) {
    const last = Math.min(to, first + numbers - 1);
    await database.ask(INSERT, [first, last]);
    const rows = (last - from + 1) * products;
    if (rows < said + SAY_EVERY && last < to) continue;
    said = rows;
    say(progress(rows, (to - from + 1) * products, performance.now() - beganMs));
  }
  await database.ask(LEDGERS, [to]);
  // As autovacuum does while orders come in over hours; else it would do so amid a measurement.
  await database.ask("vacuum analyze orders");
  await database.ask("checkpoint");
};

const progress = (rows: number, all: number, ms: number): string =>
  `filled in ${rows.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} orders, ${(ms / 1000).toFixed(0)} s`;
