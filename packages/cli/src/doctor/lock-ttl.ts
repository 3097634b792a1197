import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import type { PostgresFacts } from "@flash-sale/http-koa";
import { findingsOf, type Finding } from "./finding.js";

/**
 * The rule of docs/lock-ttl.md. A hold must outlive the slowest commit: a reservation waits in the queue for 4 s at most, and the
 * write that was begun last takes as long as it takes.
 */
const { maxWaitMs: QUEUE_WAIT_MS } = DEFAULT_COMMIT_LIMITS;
/** From a lone empty commit to a full batch on a busy disk. */
const BUSY_FACTOR = 20;
/** The driver gives up on a statement after this long: nothing that is longer is waited for. */
const LONGEST_WRITE_MS = 4_000;

/** The shortest life of a lock that commits of this latency allow, in milliseconds. */
export function shortestLockTtlMs(commitP99Ms: number): number {
  return QUEUE_WAIT_MS + Math.min(LONGEST_WRITE_MS, Math.ceil(commitP99Ms * BUSY_FACTOR));
}

export function lockTtlFinding(lockTtlMs: number, { commit }: PostgresFacts): Finding {
  const finding = findingsOf("settings");
  if (commit === null) return finding("SALE_LOCK_TTL_MS", `${lockTtlMs}; commits could not be measured here`);
  const wanted = shortestLockTtlMs(commit.p99Ms);
  const found = `${lockTtlMs}; commits take ${commit.medianMs.toFixed(1)} ms, p99 ${commit.p99Ms.toFixed(1)} ms`;
  const mend =
    `Set SALE_LOCK_TTL_MS to ${wanted} or more (10000 is the default): purchases that a slow commit delays are given up ` +
    "before they are written, and their buyers told to come again. See docs/lock-ttl.md.";
  return finding("SALE_LOCK_TTL_MS", found, lockTtlMs < wanted ? ["warning", mend] : null);
}
