import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { StoreUnavailable } from "@flash-sale/core";
import pg from "pg";
import { ask, askForRow } from "./connection.js";

const FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));
/** node-pg-migrate's own table of what was applied. */
const TABLE = "pgmigrations";

/**
 * Brings the schema up to date; answers the names of what was applied now. Of two that start at once one waits for the other (an
 * advisory lock), and finds nothing left to do. Runs on a connection of its own, without time-outs: an index on a large
 * table takes its time.
 */
export async function migrate(database: string | pg.Pool): Promise<string[]> {
  const client = new pg.Client(clientConfig(database));
  client.on("error", () => undefined);
  await client.connect().catch((cause: unknown) => {
    throw new StoreUnavailable("orders", "none", { cause });
  });
  try {
    // Loaded here: it brings a compiler for migrations in TypeScript, which costs every other start 100 ms.
    const { runner } = await import("node-pg-migrate");
    const applied = await runner({
      dbClient: client,
      dir: FOLDER,
      direction: "up",
      migrationsTable: TABLE,
      advisoryLockMode: "wait",
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    });
    return applied.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** The migrations that are still to be applied, by name. */
export async function pendingMigrations(pool: pg.Pool): Promise<string[]> {
  const files = await readdir(FOLDER);
  const names = files.filter((file) => file.endsWith(".sql")).map((file) => file.slice(0, -".sql".length));
  const found = await askForRow(pool, "select to_regclass($1) is not null as exists", [TABLE]);
  const applied = found.exists === true ? await ask(pool, `select name from ${TABLE}`) : [];
  return names.filter((name) => !applied.some((row) => row.name === name)).sort();
}

function clientConfig(database: string | pg.Pool): pg.ClientConfig {
  if (typeof database === "string") return { connectionString: database, application_name: "flash-sale migrate" };
  const { options } = database;
  const unlimited = { query_timeout: 0, statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };
  // The pool hides its password from being spread.
  return { ...options, password: options.password, ...unlimited };
}

function ignore(): void {}
