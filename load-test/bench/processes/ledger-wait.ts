import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { PostgresServer } from "../../servers/postgres.js";

const LOOK_EVERY_MS = 20;

/** The first in line waits for the transaction that has the row, the others for their place behind it. */
const WAITING = `SELECT count(*) AS waiting FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND wait_event IN ('tuple', 'transactionid') AND query LIKE '%commit_reservations%'`;

export interface LedgerWatch extends AsyncDisposable {
  /** The time in ms that all commits together have waited for a ledger row. */
  waitedMs(): Promise<number>;
}

/** Looks again and again how many wait for a ledger row. That number over time is the sum of their waits (Little's law). */
export const watchLedger = async (postgres: PostgresServer): Promise<LedgerWatch> => {
  const client = new pg.Client({ connectionString: postgres.adminUrl, query_timeout: 10_000 });
  await client.connect();
  const startedMs = performance.now();
  let isOver = false;
  let looks = 0;
  let seen = 0;

  const looking = (async () => {
    while (!isOver) {
      const { rows } = await client.query<{ waiting: unknown }>({ text: WAITING, name: "waiting" });
      seen += Number(rows[0]?.waiting);
      looks += 1;
      await sleep(LOOK_EVERY_MS);
    }
  })();
  // Whoever asks hears of it.
  looking.catch(() => undefined);
  return {
    async waitedMs() {
      isOver = true;
      await looking;
      return (seen / looks) * (performance.now() - startedMs);
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await client.end();
    },
  };
};
