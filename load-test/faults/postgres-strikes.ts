import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { PostgresServer } from "../servers/postgres.js";
import { until } from "./wait.js";

/** "kill": kill -9, upon which the postmaster ends all backends and recovers. "terminate": that session alone, with an error. */
export type BackendStrike = "kill" | "terminate";

export interface StruckBackend {
  /** What it waited for, as pg_stat_activity calls it: for the disk it is in its COMMIT. */
  readonly waitedFor: string;
}

const LOOKS = 1_500;
/** Looks that insist on a backend whose COMMIT is on its way to the disk, before any that commits orders will do. */
const INSISTING_LOOKS = 50;

/**
 * Looks and strikes inside the server: no round trip in between, or the commit would be over. The notice comes before the blow, which
 * may end this session too. The program runs as the server's own user, wherever the server runs.
 */
const strikeSql = (strike: BackendStrike): string => `do $$
declare
  found_one record;
begin
  for look in 1 .. ${String(LOOKS)} loop
    perform pg_stat_clear_snapshot();
    select pid, coalesce(wait_event, 'nothing') as waits into found_one from pg_stat_activity
      where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
        and query like '%from commit_reservations(%' and (coalesce(wait_event, '') in ('WALSync', 'WALWrite') or look > ${String(INSISTING_LOOKS)})
      limit 1;
    if found then
      raise notice 'struck %', found_one.waits;
      ${
        strike === "terminate"
          ? "perform pg_terminate_backend(found_one.pid);"
          : "execute format('copy (select 1) to program %L', 'kill -9 ' || found_one.pid);"
      }
      return;
    end if;
    perform pg_sleep(0.001);
  end loop;
end $$`;

/** Strikes the one backend that is committing orders at the moment; null where none was within seconds. */
export const strikeCommit = async (databaseUrl: string, strike: BackendStrike): Promise<StruckBackend | null> => {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  let struck: StruckBackend | null = null;
  client.on("error", () => undefined);
  client.on("notice", ({ message = "" }) => {
    const [, waitedFor] = /^struck (.+)$/.exec(message) ?? [];
    if (waitedFor !== undefined) struck = { waitedFor };
  });
  await client.connect();
  await client.query(strikeSql(strike)).catch((fault: unknown) => {
    // A blow that ended this session as well was one.
    if (struck === null) throw fault;
  });
  await client.end().catch(() => undefined);
  return struck;
};

/** Settles when the server takes sessions again, after a recovery say. */
export const untilAnswers = (pool: pg.Pool): Promise<void> =>
  until("PostgreSQL answers again", () =>
    pool.query("select 1").then(
      () => true,
      () => false,
    ),
  );

/** kill -9 of the whole server while orders are being committed; it stays away a while, and recovers from its log. */
export const killPostmaster = async (
  postgres: Pick<PostgresServer, "kill" | "restart">,
  pool: pg.Pool,
  awayMs: number,
): Promise<void> => {
  await until("orders are being committed", () => commits(pool), { timeoutMs: 5_000, everyMs: 0 }).catch(
    () => undefined,
  );
  await postgres.kill();
  await sleep(awayMs);
  await postgres.restart();
};

const commits = async (pool: pg.Pool): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
       and query like '%from commit_reservations(%'`,
  );
  return rowCount !== 0;
};
