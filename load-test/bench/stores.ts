import { Redis } from "ioredis";
import pg from "pg";
import { startPostgres, type PostgresServer } from "../servers/postgres.js";
import { startRedis, type RedisServer } from "../servers/redis.js";

/** The stores all contestants share, each in a database of its own. */
export interface Stores extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  /** One of the Redis' numbered databases. */
  redisUrl(database: number): string;
  /** Throws where a store does not write for good: what it measured then is worth nothing. */
  checkDurable(): Promise<void>;
}

const DURABLE_POSTGRES = ["fsync", "synchronous_commit", "full_page_writes"];
const DURABLE_REDIS = { appendonly: "yes", appendfsync: "everysec" };

const checkPostgres = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of DURABLE_POSTGRES) {
      const { rows } = await client.query<{ setting: unknown }>("SELECT current_setting($1) AS setting", [name]);
      if (rows[0]?.setting !== "on")
        throw new Error(`PostgreSQL runs with ${name} = ${String(rows[0]?.setting)}: nothing was measured.`);
    }
    // A role, a database or a function may carry another setting than the server's.
    const { rows } = await client.query<{ of: unknown; settings: unknown }>(
      `SELECT 'a role or database' AS of, setconfig::text AS settings FROM pg_db_role_setting
       UNION ALL SELECT 'function ' || proname, proconfig::text FROM pg_proc WHERE proconfig IS NOT NULL`,
    );
    for (const { of, settings } of rows) {
      const name = DURABLE_POSTGRES.find((setting) => String(settings).includes(setting));
      if (name !== undefined) throw new Error(`${String(of)} sets ${name} for itself: nothing was measured.`);
    }
  } finally {
    await client.end();
  }
};

const checkRedis = async (url: string): Promise<void> => {
  const client = new Redis(url);
  try {
    for (const [name, wanted] of Object.entries(DURABLE_REDIS)) {
      const answer: unknown = await client.call("CONFIG", "GET", name);
      // A list or a map, as the protocol version goes.
      const found = Array.isArray(answer)
        ? answer.flat().map(String)
        : Object.entries(answer ?? {})
            .flat()
            .map(String);
      if (!found.includes(wanted))
        throw new Error(`Redis runs with ${name} = ${found.join(" ")}: nothing was measured.`);
    }
  } finally {
    client.disconnect();
  }
};

/** A Redis that appends every second and a PostgreSQL that syncs every commit. */
export const startStores = async (databases: readonly string[]): Promise<Stores> => {
  const redis = await startRedis({ appendonly: "everysec" });
  const postgres = await startPostgres({ settings: { synchronous_commit: "on", full_page_writes: "on" } });
  for (const database of databases) await postgres.createDatabase(database);
  return {
    redis,
    postgres,
    redisUrl: (database) => `${redis.url}/${String(database)}`,
    async checkDurable() {
      await checkRedis(redis.url);
      for (const database of databases) await checkPostgres(databaseUrl(postgres, database));
    },
    async [Symbol.asyncDispose]() {
      await postgres[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
};

export const databaseUrl = (postgres: PostgresServer, database: string): string => {
  const url = new URL(postgres.adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
};
