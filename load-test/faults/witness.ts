import type { Redis } from "ioredis";
import type pg from "pg";
import { hotKeys } from "./facts.js";

/** Looks at both stores all through a run: what must hold at every instant must hold at each of these. */
export interface Witness {
  readonly looks: () => number;
  readonly violations: readonly string[];
  stop(): Promise<void>;
}

const EVERY_MS = 25;

export const startWitness = (pool: pg.Pool, redis: Redis, productId: string): Witness => {
  const violations: string[] = [];
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
      const { available, held, purchased, total } = stock;
      const counts = [available, held, purchased].map(Number);
      if (counts.some((count) => !(count >= 0)) || counts.reduce((a, b) => a + b) !== Number(total)) {
        violations.push(`I2: ${counts.join(" + ")} units in the hot store at one moment, not ${total}`);
      }
    }
    looks += 1;
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
    violations,
    async stop() {
      stopped = true;
      await watching;
    },
  };
};
