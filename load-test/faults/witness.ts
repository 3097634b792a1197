import type { Redis } from "ioredis";
import type pg from "pg";
import { hotKeys } from "./facts.js";

/** Looks at both stores all through a run: what must hold at every instant must hold at each of these. */
export interface Witness {
  readonly looks: () => number;
  /** Epochs of the inventories that were seen in service. */
  readonly lives: ReadonlySet<number>;
  readonly violations: readonly string[];
  /** A fault ended: what it kept from ending is waited for from here on. `sinceMs`: where it lasted, what ended meanwhile was kept by it. */
  healed(atMs: number, sinceMs?: number): void;
  /** Of all holds that were seen, how long one was there, from its admission or the last end of a fault on, the longest. */
  longestHeldMs(): number;
  stop(): Promise<void>;
}

const EVERY_MS = 25;
/** Looks at the stock for one at the holds. */
const HOLDS_EVERY = 4;

export const startWitness = (pool: pg.Pool, redis: Redis, productId: string): Witness => {
  const violations: string[] = [];
  const faults: { readonly sinceMs: number; readonly healedMs: number }[] = [];
  /** By reservation and its admission: an id may be admitted again. By Redis' clock, which is this machine's; and seen last. */
  const holds = new Map<string, { readonly admittedMs: number; lastSeenMs: number }>();
  const lives = new Set<number>();
  let looks = 0;
  let stopped = false;

  async function look(): Promise<void> {
    const { rows } = await pool.query<{ committed: number; total: number }>(
      "select committed, total from ledger where product_id = $1",
      [productId],
    );
    const [ledger] = rows;
    if (ledger && ledger.committed > ledger.total) {
      violations.push(`I1: ${String(ledger.committed)} of ${String(ledger.total)} units were committed at one moment`);
    }
    const epoch = Number(await redis.get(hotKeys(productId, 0).epoch));
    // One command, so one instant. Empty right after a loss.
    const stock = await redis.hgetall(hotKeys(productId, epoch).stock);
    if (stock.total !== undefined) {
      lives.add(epoch);
      const { available, held, purchased, total } = stock;
      const counts = [available, held, purchased].map(Number);
      if (counts.some((count) => !(count >= 0)) || counts.reduce((a, b) => a + b) !== Number(total)) {
        violations.push(`I2: ${counts.join(" + ")} units in the hot store at one moment, not ${total}`);
      }
    }
    if (looks % HOLDS_EVERY === 0) await lookAtHolds(epoch);
    looks += 1;
  }

  async function lookAtHolds(epoch: number): Promise<void> {
    const found = await redis.hvals(hotKeys(productId, epoch).holds);
    const nowMs = Date.now();
    for (const hold of found) {
      const [id = "", , , admitted] = hold.split(" ");
      if (id === "") continue;
      const admission = `${id} ${admitted ?? ""}`;
      const known = holds.get(admission) ?? { admittedMs: Number(admitted), lastSeenMs: 0 };
      known.lastSeenMs = nowMs;
      holds.set(admission, known);
    }
  }

  function heldMs({ admittedMs, lastSeenMs }: { admittedMs: number; lastSeenMs: number }): number {
    if (faults.some(({ sinceMs, healedMs }) => lastSeenMs >= sinceMs && lastSeenMs < healedMs)) return 0;
    const before = faults.map(({ healedMs }) => healedMs).filter((atMs) => atMs > admittedMs && atMs <= lastSeenMs);
    return lastSeenMs - Math.max(admittedMs, ...before);
  }

  const watching = (async () => {
    while (!stopped) {
      // A store that is away at the moment shows nothing; `looks` says how often it was seen.
      await look().catch(() => undefined);
      await new Promise((resume) => setTimeout(resume, EVERY_MS));
    }
  })();

  return {
    looks: () => looks,
    lives,
    violations,
    healed: (healedMs, sinceMs = healedMs) => void faults.push({ sinceMs, healedMs }),
    longestHeldMs: () => Math.max(0, ...[...holds.values()].map(heldMs)),
    async stop() {
      stopped = true;
      await watching;
    },
  };
};
