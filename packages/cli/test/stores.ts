import { randomUUID } from "node:crypto";
import { connectPostgres } from "@flash-sale/adapters-postgres";

/** Real stores for one test file: a database of its own, and Redis, where products never meet. */
export interface TestStores {
  /** Runs SQL in the database. */
  query(sql: string, values?: unknown[]): Promise<unknown>;
  readonly env: { readonly DATABASE_URL: string; readonly REDIS_URL: string };
  drop(): Promise<void>;
}

export async function freshStores(): Promise<TestStores> {
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  if (TEST_DATABASE_URL === undefined || TEST_REDIS_URL === undefined) {
    throw new Error("TEST_DATABASE_URL and TEST_REDIS_URL must lead to servers: npm test starts them");
  }
  const name = `cli_${randomUUID().replaceAll("-", "")}`;
  const admin = connectPostgres({ url: TEST_DATABASE_URL, poolSize: 1 });
  await admin.query(`create database ${name}`);
  const database = new URL(TEST_DATABASE_URL);
  database.pathname = `/${name}`;
  const pool = connectPostgres({ url: database.href, poolSize: 1 });
  return {
    query: (sql, values) => pool.query(sql, values),
    env: { DATABASE_URL: database.href, REDIS_URL: TEST_REDIS_URL },
    async drop() {
      await pool.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
