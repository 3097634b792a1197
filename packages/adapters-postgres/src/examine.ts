import { StoreRejected } from "@flash-sale/core";
import type pg from "pg";
import { withConnection, type Query } from "./connection.js";
import * as decode from "./decode.js";
import { rowOf } from "./faults.js";
import { pendingMigrations } from "./migrate.js";

/** How a server is set up, as a session of the pool finds it. */
export interface PostgresFacts {
  readonly version: string;
  /** The database of `startEmbeddedPostgres`: one session, and no fsync. */
  readonly isEmbedded: boolean;
  /** A standby: it can be read only. */
  readonly isInRecovery: boolean;
  /** Off: a machine that loses power loses the database. */
  readonly fsync: boolean;
  /** "off": the server answers a commit before it is on disk. */
  readonly synchronousCommit: string;
  /** Off: a page that was half-written when the power went stays so. */
  readonly fullPageWrites: boolean;
  /** Off: dead rows are never taken away, and the tables grow for ever. */
  readonly autovacuum: boolean;
  readonly maxConnections: number;
  /** Of all clients, this one included. */
  readonly usedConnections: number;
  /** 0: a process that stops in a transaction keeps its locks for ever. */
  readonly idleInTransactionTimeoutMs: number;
  /** The server's clock less this host's, as exact as half a round trip. */
  readonly clockSkewMs: number;
  /** By name, in the order in which they are to be applied. */
  readonly pendingMigrations: readonly string[];
  /** Of durable commits that write next to nothing; null where this session may not write. */
  readonly commit: CommitLatency | null;
}

/** How long a durable commit takes. */
export interface CommitLatency {
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** `datid` alone of these columns is shown to everybody of everybody's session. */
const SETTINGS = `select version() as version, pg_is_in_recovery() as in_recovery,
  current_setting('server_version') as server_version,
  current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
  current_setting('full_page_writes') as full_page_writes, current_setting('autovacuum') as autovacuum,
  current_setting('max_connections')::integer as max_connections,
  (select count(datid) from pg_stat_activity) as used_connections,
  (select setting::bigint from pg_settings where name = 'idle_in_transaction_session_timeout') as idle_timeout`;
const CLOCK = "select (extract(epoch from clock_timestamp()) * 1000)::bigint as server_ms";
/** A message in the log of writes that nobody reads: its commit is flushed as an order's is, and no table is touched. */
const TINY_COMMIT = "select pg_logical_emit_message(true, 'flash-sale doctor', 'x')";

const CLOCK_READINGS = 5;
const COMMITS = 20;

/**
 * Looks at a server, migrated or not, and writes nothing but `COMMITS` tiny messages into its log.
 * @throws StoreUnavailable where it cannot be reached; StoreRejected where the role may not see what was migrated
 */
export async function examinePostgres(pool: pg.Pool): Promise<PostgresFacts> {
  const pending = await pendingMigrations(pool);
  return withConnection(pool, async ({ query }) => {
    const row = rowOf((await query(SETTINGS)).rows);
    const isInRecovery = row.in_recovery === true;
    return {
      version: decode.text(row, "server_version"),
      isEmbedded: decode.text(row, "version").includes("PGlite"),
      isInRecovery,
      fsync: row.fsync === "on",
      synchronousCommit: decode.text(row, "synchronous_commit"),
      fullPageWrites: row.full_page_writes === "on",
      autovacuum: row.autovacuum === "on",
      maxConnections: decode.integer(row, "max_connections"),
      usedConnections: decode.integer(row, "used_connections"),
      idleInTransactionTimeoutMs: decode.integer(row, "idle_timeout"),
      clockSkewMs: await clockSkew(query),
      pendingMigrations: pending,
      commit: isInRecovery ? null : await commitLatency(query),
    };
  });
}

/** By the reading that took the shortest time. */
async function clockSkew(query: Query): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, skewMs: 0 };
  for (let left = CLOCK_READINGS; left > 0; left -= 1) {
    const askedMs = Date.now();
    const row = rowOf((await query(CLOCK)).rows);
    const tookMs = Date.now() - askedMs;
    if (tookMs < best.tookMs) best = { tookMs, skewMs: decode.integer(row, "server_ms") - (askedMs + tookMs / 2) };
  }
  return Math.round(best.skewMs);
}

async function commitLatency(query: Query): Promise<CommitLatency | null> {
  const took: number[] = [];
  try {
    for (let left = COMMITS; left > 0; left -= 1) {
      const startedMs = performance.now();
      await query(TINY_COMMIT);
      took.push(performance.now() - startedMs);
    }
  } catch (fault) {
    // A role that is not allowed to says nothing about the disk.
    if (fault instanceof StoreRejected) return null;
    throw fault;
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.ceil(share * took.length) - 1] ?? 0;
  return { medianMs: at(0.5), p99Ms: at(0.99) };
}
