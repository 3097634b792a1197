import pg from "pg";

/** Each shorter than the next: the server gives up first, and its answer says that nothing happened. */
const TIME_OUTS = {
  /** Longest time a statement waits for a lock. */
  lock_timeout: 2_500,
  /** Longest time a statement runs; the server then rolls it back. */
  statement_timeout: 3_000,
  /** Longest time the driver waits for an answer, where server or network are gone. */
  query_timeout: 4_000,
  /** Longest time to get or open a connection. */
  connectionTimeoutMillis: 2_000,
  /** Longest time a transaction may wait for its client. */
  idle_in_transaction_session_timeout: 1_000,
} as const;

/** Batches of many products at once, reads beside them; more connections make PostgreSQL slower, not faster. */
const POOL_SIZE = 10;

/** A pool with every time-out set: without them pg waits for ever. Closing it is the caller's to do. */
export function connectPostgres({
  url,
  poolSize = POOL_SIZE,
}: {
  readonly url: string;
  readonly poolSize?: number;
}): pg.Pool {
  return createPool({ connectionString: url, max: poolSize, ...TIME_OUTS });
}

export function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ keepAlive: true, application_name: "flash-sale", ...config });
  // An idle connection that is lost is replaced when the next one is needed; without a listener it would end the process.
  pool.on("error", () => undefined);
  // The pool stops listening before a connection that it closes is gone.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
