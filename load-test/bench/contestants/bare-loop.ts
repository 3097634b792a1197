// What the stores give when nothing stands between: the product's own script and commit function, driven by a loop.
import { connectPostgres } from "@flash-sale/adapters-postgres";
import type { FlashSale } from "@flash-sale/core";
import { systemIds } from "@flash-sale/core/memory";
import { Redis } from "ioredis";
import { readFileSync } from "node:fs";
import { hotKeys, hotPrefix } from "../../faults/facts.js";

/** One call of a script, as the product has it at most. */
const CHUNK = 128;

const scriptText = (...names: readonly string[]): string =>
  names
    .map((name) =>
      readFileSync(new URL(`../../../../packages/adapters-redis/dist/scripts/${name}.lua`, import.meta.url), "utf8"),
    )
    .join("\n");

const COMMIT = {
  name: "commit_reservations",
  text: "select outcomes, base, standing from commit_reservations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
};

export type Buy = (productId: string, userIds: readonly string[]) => Promise<void>;

/** Buys one unit for each of at most `CHUNK` users, all of which are new. Throws where one of them gets none. */
export const bareLoop = async (sale: FlashSale, redisUrl: string, databaseUrl: string): Promise<Buy> => {
  const redis = new Redis(redisUrl);
  const pool = connectPostgres({ url: databaseUrl });
  const load = (text: string): Promise<string> => redis.script("LOAD", text) as Promise<string>;
  const hold = await load(scriptText("in-service", "hold"));
  const confirm = await load(scriptText("in-service", "confirm"));

  const epochs = new Map<string, number>();
  const epochOf = async (productId: string): Promise<number> => {
    const known = epochs.get(productId);
    if (known !== undefined) return known;
    const status = await sale.saleStatus(productId);
    if (status === null) throw new Error(`no product ${productId}`);
    epochs.set(productId, status.stock.epoch);
    return status.stock.epoch;
  };

  return async (productId, userIds) => {
    const epoch = await epochOf(productId);
    const locks = userIds.map((user) => `${hotPrefix(productId)}lock:${JSON.stringify([productId, epoch, user])}`);
    const { epoch: last, stock, buyers, holds, deadlines } = hotKeys(productId, epoch);
    const keys = [last, stock, buyers, holds, deadlines, ...locks];
    const ids = userIds.map(() => systemIds.next());
    const requests = userIds.flatMap((user, index) => [ids[index] ?? "", user, "1", "1", ""]);
    const admitted = (await redis.evalsha(hold, keys.length, ...keys, epoch, "take", 10_000, ...requests)) as unknown[];
    const [, now, , price, , , ...answers] = admitted;
    if (answers.length !== userIds.length || !answers.every((answer) => typeof answer === "number"))
      throw new Error(`not all were admitted: ${answers.join(", ").slice(0, 200)}`);
    const each = <T>(value: T): T[] => userIds.map(() => value);
    const { rows } = await pool.query<{ outcomes: string }>({
      ...COMMIT,
      values: [productId, epoch, ids, userIds, each(1), each(price), "USD", each("1"), each(null), each(now)],
    });
    if (rows[0]?.outcomes !== "c".repeat(userIds.length))
      throw new Error(`not all were committed: ${String(rows[0]?.outcomes)}`);
    void redis.evalsha(
      confirm,
      keys.length,
      ...keys,
      epoch,
      ...userIds.flatMap((user, index) => [ids[index] ?? "", user]),
    );
  };
};

/** Has the loop buy for all, as many chunks under way as there are buyers at once. */
export const buyInChunks = async (
  buy: Buy,
  productId: string,
  users: readonly string[],
  atOnce: number,
): Promise<void> => {
  let next = 0;
  const inTurn = async (): Promise<void> => {
    while (next < users.length) {
      const chunk = users.slice(next, next + CHUNK);
      next += CHUNK;
      await buy(productId, chunk);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(atOnce / CHUNK)) }, inTurn));
};
