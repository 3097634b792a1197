import { setTimeout as sleep } from "node:timers/promises";
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { createRedisAdapters } from "@flash-sale/adapters-redis";
import { lockThenHold } from "@flash-sale/core";
import { Redis } from "ioredis";
import type pg from "pg";
import type { Names } from "./names.js";
import type { Sequence } from "./operation.js";
import { LONG_MS, OVER_MS, type Side } from "./side.js";

/** As many operations as there are at once. */
const CONNECTIONS = 3;
/** Timers end a millisecond early at times, and the server counts in its own milliseconds. */
const PASSED_MS = 4;
/** The tables stay small: what scans them is about the product, not about the runs before. */
const RUNS_BETWEEN_EMPTYINGS = 100;

export interface RealStores extends AsyncDisposable {
  /** Of a new run: its epochs begin at 1, and nothing lags behind. The same stores through each of the connections. */
  begin(names: Names, sequence: Sequence): Promise<readonly [Side, ...Side[]]>;
  /** Takes what the run has left in the hot store. */
  end(names: Names): Promise<void>;
}

export interface RealOptions {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Controls: spoils the SQL after it was migrated, and what is sent to Redis. */
  readonly spoilSql?: (pool: pg.Pool) => Promise<void>;
  readonly spoilLua?: (text: string) => string;
}

export const openRealStores = async ({ redisUrl, databaseUrl, ...spoil }: RealOptions): Promise<RealStores> => {
  await migrate(databaseUrl);
  const pool = connectPostgres({ url: databaseUrl, poolSize: CONNECTIONS });
  await spoil.spoilSql?.(pool);
  const connections = Array.from({ length: CONNECTIONS }, () => connect(redisUrl));
  await Promise.all(connections.map((client) => client.connect()));
  const clients = connections.map((client) => (spoil.spoilLua ? spoilt(client, spoil.spoilLua) : client));
  const [first] = connections;
  if (!first) throw new Error("no connection");
  // Announcements are nobody's answer: their connection is never opened.
  const subscriber = connect(redisUrl);
  const durable = createPostgresAdapters(pool);
  const hot = {
    long: clients.map((client) => createRedisAdapters({ client, subscriber, lockTtlMs: LONG_MS })),
    over: clients.map((client) => createRedisAdapters({ client, subscriber, lockTtlMs: OVER_MS })),
  };
  let runs = 0;

  const happenings = (names: Names) => ({
    lose: () => lose(first, names),
    changeReplicationId: () => changeReplicationId(first, names),
    pass: () => sleep(PASSED_MS),
    rows: (productId: string) => rowsOf(pool, productId),
  });

  return {
    async begin(names, { holds, admission }) {
      if (runs % RUNS_BETWEEN_EMPTYINGS === 0) await pool.query("truncate products, ledger, orders, changes");
      runs += 1;
      await pool.query(`select setval('epochs', 1, false);
        update products p set sold_quantity = l.committed from ledger l where l.product_id = p.id and p.sold_quantity <> l.committed`);
      const lockTtlMs = holds === "long" ? LONG_MS : OVER_MS;
      const sides = hot[holds].map((adapters): Side => {
        const { inventory, loading, inventoryChanges, locks } = adapters;
        const inTwoSteps = lockThenHold(locks, inventory, { lockTtlMs });
        const admits = admission === "one script" ? adapters.admission : inTwoSteps;
        const ports = { inventory, loading, inventoryChanges, locks, admission: admits };
        return { ...durable, ...ports, lockTtlMs, ...happenings(names) };
      });
      const [one, ...others] = sides;
      if (!one) throw new Error("no connection");
      return [one, ...others];
    },
    end: (names) => lose(first, names),
    async [Symbol.asyncDispose]() {
      for (const client of [...connections, subscriber]) client.disconnect();
      await pool.end();
    },
  };
};

const connect = (url: string): Redis =>
  new Redis(url, { lazyConnect: true, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 }).on(
    "error",
    () => undefined,
  );

/** Sends every script with its text, changed on its way. */
const spoilt = (client: Redis, change: (text: string) => string): Redis =>
  new Proxy(client, {
    get(target, property) {
      if (property === "evalsha") return () => Promise.reject(new Error("NOSCRIPT its text is to be spoilt"));
      if (property === "eval")
        return (text: string, ...rest: [number, ...string[]]) => target.eval(change(text), ...rest);
      const found: unknown = Reflect.get(target, property, target);
      return typeof found === "function" ? (found.bind(target) as unknown) : found;
    },
  });

const keysOf = async (redis: Redis, { productIds }: Names): Promise<string[]> => {
  const found = await Promise.all(productIds.map((productId) => redis.keys(`*{${productId}}*`)));
  return found.flat();
};

/** As FLUSHALL, for the keys of this run. */
const lose = async (redis: Redis, names: Names): Promise<void> => {
  const keys = await keysOf(redis, names);
  if (keys.length > 0) await redis.del(keys);
};

/** Each stock remembers which Redis it was loaded in: from now on it was another one. */
const changeReplicationId = async (redis: Redis, names: Names): Promise<void> => {
  const stocks = (await keysOf(redis, names)).filter((key) => key.endsWith(":stock"));
  await Promise.all(stocks.map((key) => redis.hset(key, "replid", "of-another-redis")));
};

const rowsOf = async (pool: pg.Pool, productId: string): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ row: string }>(
    "select id || ' ' || user_id || ' ' || status || ' ' || fingerprint as row from orders where product_id = $1",
    [productId],
  );
  return rows.map(({ row }) => row).sort();
};
