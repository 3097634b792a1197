import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { hotKeys } from "../../faults/facts.js";
import { number, openDatabase, text } from "../database.js";

/** How far the inventories of all products of a database know their buyers. */
export interface Loading extends AsyncDisposable {
  /** Buyers known, of all products; null while a product has no inventory in service. */
  known(): Promise<number | null>;
  /** Whether nobody is left to be taught. */
  isOver(): Promise<boolean>;
}

export const watchLoading = async (redisUrl: string, databaseUrl: string): Promise<Loading> => {
  const redis = new Redis(redisUrl);
  const database = await openDatabase(databaseUrl);

  const inventories = async (): Promise<ReturnType<typeof hotKeys>[]> => {
    const rows = await database.ask("select product_id as id, epoch from ledger");
    return rows.map((row) => hotKeys(text(row, "id"), number(row, "epoch")));
  };
  /** One answer an inventory. */
  const askAll = async (ask: (keys: ReturnType<typeof hotKeys>) => [string, ...string[]]): Promise<unknown[]> => {
    const commands = (await inventories()).map(ask);
    const answers = (await redis.pipeline(commands).exec()) ?? [];
    return answers.map(([fault, answer]) => {
      if (fault) throw fault;
      return answer;
    });
  };

  return {
    async known() {
      const lengths = (await askAll(({ buyers }) => ["hlen", buyers])).map(Number);
      // The empty field says that the key is whole: without it the inventory is not there.
      return lengths.includes(0) ? null : lengths.reduce((sum, length) => sum + length - 1, 0);
    },
    isOver: async () =>
      (await askAll(({ stock }) => ["hget", stock, "buyersLoaded"])).every((loaded) => loaded === "1"),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await database[Symbol.asyncDispose]();
    },
  };
};

const LOOK_EVERY_MS = 50;
const SAY_EVERY_MS = 5_000;
const PATIENCE_MS = 3_600_000;

/** Waits until all buyers are loaded; says how far it is, and has `onLook` know at every look. Answers the seconds since `sinceMs`. */
export const untilLoaded = async (
  loading: Loading,
  {
    sinceMs,
    say,
    onLook = () => Promise.resolve(),
  }: { sinceMs: number; say: (line: string) => void; onLook?: (known: number) => Promise<void> },
): Promise<number> => {
  for (let saidMs = sinceMs; !(await loading.isOver());) {
    const nowMs = performance.now();
    const seconds = ((nowMs - sinceMs) / 1000).toFixed(0);
    if (nowMs > sinceMs + PATIENCE_MS) throw new Error(`the buyers are not loaded after ${seconds} s`);
    const known = (await loading.known()) ?? 0;
    await onLook(known);
    if (nowMs > saidMs + SAY_EVERY_MS) {
      saidMs = nowMs;
      say(`${known.toLocaleString("en-US")} buyers loaded, ${seconds} s`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  return (performance.now() - sinceMs) / 1000;
};
