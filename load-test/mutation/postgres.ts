// The Postgres adapter with one line of a function changed, under the published contract.
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { changesContract, orderPagesContract, ordersContract, productsContract } from "@flash-sale/core/contract";
import type pg from "pg";
import { startPostgres } from "../servers/postgres.js";
import type { Store } from "./store.js";
import type { Trial } from "./trials.js";

type Adapters = ReturnType<typeof createPostgresAdapters>;

/** SQLSTATEs that say that a function does not compile: its body is only looked into when it runs. */
const DOES_NOT_COMPILE = /^42/;

export async function postgresStore(textOf: (file: string) => string): Promise<Store> {
  const server = await startPostgres({ fsync: false, settings: { autovacuum: "off" } });
  await migrate(server.url);
  let pool = connectPostgres({ url: server.url });

  const define = async (text: string): Promise<void> => {
    await pool.query(functionIn(text));
  };
  return {
    url: server.adminUrl,
    async with(mutant, work) {
      try {
        if (mutant) await define(mutant.text);
      } catch (error) {
        return { invalid: String(error) };
      }
      try {
        return await work(trialsOn(pool));
      } finally {
        if (mutant) await define(textOf(mutant.file));
      }
    },
    renew: async () => {
      const abandoned = pool;
      pool = connectPostgres({ url: server.url });
      await pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      abandoned.end().catch(() => undefined);
    },
    isInvalid: (why) => codesOf(why).some((code) => DOES_NOT_COMPILE.test(code)),
    async [Symbol.asyncDispose]() {
      await pool.end();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The statement that defines the function, wherever it stood before. */
function functionIn(text: string): string {
  const [, statement] = /^create (?:or replace )?(function [\s\S]*)$/m.exec(text) ?? [];
  if (statement === undefined) throw new Error("a migration that defines no function");
  return `create or replace ${statement}`;
}

function codesOf(why: unknown): string[] {
  if (!(why instanceof Error)) return [];
  return [...("code" in why ? [String(why.code)] : []), ...codesOf(why.cause)];
}

function trialsOn(pool: pg.Pool): Trial[] {
  const suite = (
    name: string,
    cases: readonly { readonly name: string; run(harness: Adapters): Promise<void> }[],
  ): Trial[] =>
    cases.map((one) => ({
      name: `${name}: ${one.name}`,
      run: async () => {
        // A sequence that went on would hide what the first epochs look like.
        await pool.query("truncate products, ledger, orders, changes; alter sequence epochs restart");
        await one.run(createPostgresAdapters(pool));
      },
    }));
  return [
    ...suite("Orders", ordersContract),
    ...suite("Changes", changesContract),
    ...suite("OrderPages", orderPagesContract),
    ...suite("Products", productsContract),
  ];
}
