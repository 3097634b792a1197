import { Redis } from "ioredis";
import pg from "pg";
import { quantile } from "../statistics.js";

const TRIALS = 101;

/** One after the other; the median, in milliseconds. */
const medianMs = async (work: () => Promise<unknown>): Promise<number> => {
  const tookMs: number[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const startedMs = performance.now();
    await work();
    tookMs.push(performance.now() - startedMs);
  }
  return quantile(tookMs, 0.5);
};

const connected = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, query_timeout: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** A commit with nobody beside it. */
export const loneCommitMs = (databaseUrl: string): Promise<number> =>
  connected(databaseUrl, async (client) => {
    await client.query("CREATE TABLE IF NOT EXISTS bench_commits (at timestamptz)");
    return medianMs(() => client.query("INSERT INTO bench_commits VALUES (now())"));
  });

export const postgresRoundTripMs = (databaseUrl: string): Promise<number> =>
  connected(databaseUrl, (client) => medianMs(() => client.query("SELECT 1")));

export const redisRoundTripMs = async (url: string): Promise<number> => {
  const client = new Redis(url);
  try {
    return await medianMs(() => client.ping());
  } finally {
    client.disconnect();
  }
};
