import { randomUUID } from "node:crypto";
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import pg from "pg";

export interface TestDatabase {
  readonly url: string;
  /** Cuts whoever is still connected. */
  drop(): Promise<void>;
}

/** An empty database of its own on the server that the test run gives. Without a server the test fails: it does not skip. */
export async function createDatabase(): Promise<TestDatabase> {
  const admin = process.env.TEST_DATABASE_URL;
  if (admin === undefined) throw new Error("TEST_DATABASE_URL is not set: these tests need a PostgreSQL server");
  const name = `flash_sale_${randomUUID().replaceAll("-", "")}`;
  await once(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await once(admin, `drop database ${name} with (force)`);
    },
  };
}

/** With the schema, a pool and the adapters over it. */
export interface OpenDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly adapters: ReturnType<typeof createPostgresAdapters>;
  close(): Promise<void>;
}

export async function openDatabase(): Promise<OpenDatabase> {
  const database = await createDatabase();
  await migrate(database.url);
  const pool = connectPostgres({ url: database.url });
  return {
    url: database.url,
    pool,
    adapters: createPostgresAdapters(pool),
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

/** One statement, or several, over a connection of its own. */
async function once(url: string, sql: string, values?: unknown[]): Promise<pg.QueryResult> {
  return connected(url, (client) => client.query(sql, values));
}

export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The adapters over a database that was emptied. */
export async function emptied(pool: pg.Pool): Promise<ReturnType<typeof createPostgresAdapters>> {
  await pool.query("truncate products, ledger, orders, changes");
  return createPostgresAdapters(pool);
}

/** Waits until so many sessions of the database wait for a lock: a race that is arranged, not hoped for. */
export async function untilWaiting(client: pg.Client, sessions: number): Promise<void> {
  const waiting =
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  for (;;) {
    // A transaction would go on seeing the activity it saw first.
    await client.query("select pg_stat_clear_snapshot()");
    const { rows } = await client.query<{ count: number }>(waiting);
    if ((rows[0]?.count ?? 0) >= sessions) return;
    await new Promise((done) => setTimeout(done, 5));
  }
}
