import type { Redis } from "ioredis";
import type pg from "pg";

/** A row of `orders`, voids included. */
export interface OrderRow {
  readonly id: string;
  readonly userId: string;
  readonly status: string;
  readonly number: number | null;
  readonly quantity: number;
  readonly priceMinor: number;
}

/** The hot store's counters, and what it knows of the buyers asked about. */
export interface HotFacts {
  readonly available: number;
  readonly held: number;
  readonly purchased: number;
  readonly buyersLoaded: boolean;
  /** By user: "order:units,order:units"; null for a buyer it does not know. */
  readonly records: ReadonlyMap<string, string | null>;
}

/** What stands in both stores once it is quiet: Jepsen's final read, past the application. */
export interface Facts {
  readonly productId: string;
  readonly limit: number;
  readonly epoch: number;
  readonly total: number;
  readonly committed: number;
  readonly confirmedUnits: number;
  readonly confirmedRows: number;
  /** Cancelled ones among them: all but voids. */
  readonly numberedRows: number;
  readonly distinctNumbers: number;
  readonly highestNumber: number;
  readonly voids: number;
  readonly buyersOverLimit: readonly string[];
  /** Of the buyers that were asked about. */
  readonly orders: readonly OrderRow[];
  readonly hot: HotFacts | null;
}

const LEDGER = `
  select l.epoch, l.total, l.committed, p.per_user_limit as limit
  from ledger l join products p on p.id = l.product_id where l.product_id = $1`;
const SUMS = `
  select coalesce(sum(quantity) filter (where status = 'confirmed'), 0) as units,
         count(*) filter (where status = 'confirmed') as rows,
         count(number) as numbered, count(distinct number) as numbers, coalesce(max(number), 0) as highest,
         count(*) filter (where status = 'void') as voids
  from orders where product_id = $1`;
const OVER_LIMIT = `
  select user_id from orders where product_id = $1 and status = 'confirmed'
  group by user_id having sum(quantity) > $2 order by user_id limit 20`;
const ORDERS = `
  select id, user_id, status, number, quantity, price_minor from orders
  where product_id = $1 and user_id = any ($2) order by number nulls last, id`;

export const readFacts = async (
  pool: pg.Pool,
  redis: Redis,
  productId: string,
  users: readonly string[],
): Promise<Facts> => {
  const [ledger] = (await pool.query<Record<string, string>>(LEDGER, [productId])).rows;
  if (!ledger) throw new Error(`no ledger for product ${productId}`);
  const [sums = {}] = (await pool.query<Record<string, string>>(SUMS, [productId])).rows;
  const over = await pool.query<{ user_id: string }>(OVER_LIMIT, [productId, ledger.limit]);
  const orders = await pool.query<Record<string, string | null>>(ORDERS, [productId, users]);
  const epoch = Number(ledger.epoch);
  return {
    productId,
    epoch,
    limit: Number(ledger.limit),
    total: Number(ledger.total),
    committed: Number(ledger.committed),
    confirmedUnits: Number(sums.units),
    confirmedRows: Number(sums.rows),
    numberedRows: Number(sums.numbered),
    distinctNumbers: Number(sums.numbers),
    highestNumber: Number(sums.highest),
    voids: Number(sums.voids),
    buyersOverLimit: over.rows.map(({ user_id }) => user_id),
    orders: orders.rows.map((row) => ({
      id: row.id ?? "",
      userId: row.user_id ?? "",
      status: row.status ?? "",
      number: row.number === null ? null : Number(row.number),
      quantity: Number(row.quantity),
      priceMinor: Number(row.price_minor),
    })),
    hot: await readHot(redis, productId, epoch, users),
  };
};

/** What all keys of a product begin with, and those of a lock that begins with this name. */
export const hotPrefix = (name: string): string => `fs2:{${name}}:`;

export const hotKeys = (productId: string, epoch: number) => {
  const prefix = hotPrefix(productId);
  const life = `${prefix}${String(epoch)}:`;
  return {
    epoch: `${prefix}epoch`,
    stock: `${life}stock`,
    buyers: `${life}buyers`,
    holds: `${life}holds`,
    deadlines: `${life}deadlines`,
  };
};

const CHUNK = 1_000;
/** A UUID in the hot store: its bytes in base64url. */
const SHORT_ID = /~[\w-]{22}/g;

/** A text of the hot store with each id in it as everybody else has it. */
export const withLongIds = (text: string): string =>
  text.replace(SHORT_ID, (id) =>
    Buffer.from(id.slice(1), "base64url")
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
  );

export const readHot = async (
  redis: Redis,
  productId: string,
  epoch: number,
  users: readonly string[] = [],
): Promise<HotFacts | null> => {
  const keys = hotKeys(productId, epoch);
  const stock = await redis.hgetall(keys.stock);
  if (stock.available === undefined) return null;
  const records = new Map<string, string | null>();
  for (let start = 0; start < users.length; start += CHUNK) {
    const some = users.slice(start, start + CHUNK);
    const found = await redis.hmget(keys.buyers, ...some);
    for (const [index, user] of some.entries()) {
      const record = found[index];
      records.set(user, typeof record === "string" ? withLongIds(record) : null);
    }
  }
  return {
    available: Number(stock.available),
    held: Number(stock.held),
    purchased: Number(stock.purchased),
    buyersLoaded: stock.buyersLoaded === "1",
    records,
  };
};
