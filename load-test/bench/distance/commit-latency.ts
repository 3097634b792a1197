import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** Backends take a new setting up before their next statement. */
const TAKEN_UP_MS = 200;

/**
 * Has every write of the log to the disk take so much longer, as a disk with slower syncs would. PostgreSQL's `commit_delay` sleeps while
 * the lock on that write is held, and with `commit_siblings` at 0 it does so for a lone commit too; whoever commits meanwhile waits, and
 * shares the next write, which is what happens before a slow disk.
 */
export const setCommitLatency = async (adminUrl: string, ms: number): Promise<void> => {
  const client = new pg.Client({ connectionString: adminUrl, query_timeout: 10_000 });
  await client.connect();
  try {
    await client.query(`ALTER SYSTEM SET commit_delay = ${String(Math.round(ms * 1_000))}`);
    await client.query("ALTER SYSTEM SET commit_siblings = 0");
    await client.query("SELECT pg_reload_conf()");
  } finally {
    await client.end();
  }
  await sleep(TAKEN_UP_MS);
};
