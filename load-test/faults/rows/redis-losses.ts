import type { Redis } from "ioredis";
import { hotKeys, hotPrefix } from "../facts.js";
import { until } from "../wait.js";

/** What Redis can lose, by name. A strike settles when it is done; `epoch` is the life that is in service. */
export interface Loss {
  readonly name: string;
  strike(redis: Redis, productId: string, epoch: number): Promise<unknown>;
  /** Looked at before it strikes: without it the loss would be none. */
  readonly isReady?: (redis: Redis, productId: string, epoch: number) => Promise<boolean>;
}

const KEYS = ["epoch", "stock", "buyers", "holds", "deadlines"] as const;
type Key = (typeof KEYS)[number];

const keyOf = (key: Key, productId: string, epoch: number): string => hotKeys(productId, epoch)[key];

/** Only then is a buyer who is not known taken for a new one. */
const buyersAreLoaded = async (redis: Redis, productId: string, epoch: number): Promise<boolean> =>
  (await redis.hget(keyOf("stock", productId, epoch), "buyersLoaded")) === "1";

const REPLACE = `redis.call('DEL', KEYS[1]) redis.call('RPUSH', KEYS[1], "somebody's list")`;
const DELETE_LOCKS = `for i, lock in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', lock) end`;
const REPLACE_LOCKS = `
  for i, lock in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', lock) redis.call('RPUSH', lock, 'a list') end`;

const locksOf = (productId: string): string => `${hotPrefix(productId)}lock:*`;

/** A limit a little below what is used, until Redis has thrown out a key that the inventory needs. */
const evict = async (redis: Redis, productId: string, epoch: number): Promise<void> => {
  const keys = KEYS.map((key) => keyOf(key, productId, epoch));
  await redis.config("SET", "maxmemory-policy", "allkeys-random");
  try {
    await until("a key of the inventory is evicted", async () => {
      const used = Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
      await redis.config("SET", "maxmemory", String(used - 1));
      const left = await redis.exists(...keys);
      await redis.config("SET", "maxmemory", "0");
      return left < keys.length;
    });
  } finally {
    await redis.config("SET", "maxmemory", "0", "maxmemory-policy", "noeviction");
  }
};

export const LOSSES: readonly Loss[] = [
  { name: "FLUSHALL", strike: (redis) => redis.flushall() },
  ...KEYS.map((key): Loss => ({
    name: `${key} deleted`,
    strike: (redis, productId, epoch) => redis.del(keyOf(key, productId, epoch)),
    ...(key === "buyers" && { isReady: buyersAreLoaded }),
  })),
  // Locks and cached scripts are nothing that a sale rests on: it need not notice.
  {
    name: "locks deleted",
    strike: (redis, productId) => redis.eval(DELETE_LOCKS, 0, locksOf(productId)),
  },
  { name: "a key evicted", strike: evict },
  { name: "SCRIPT FLUSH", strike: (redis) => redis.script("FLUSH") },
  ...KEYS.map((key): Loss => ({
    name: `${key} of another type`,
    strike: (redis, productId, epoch) => redis.eval(REPLACE, 1, keyOf(key, productId, epoch)),
  })),
  {
    name: "locks of another type",
    strike: (redis, productId) => redis.eval(REPLACE_LOCKS, 0, locksOf(productId)),
  },
];

/** Held by whoever keeps house. Struck last: what is in its place must not keep units from coming back. */
export const HOUSEKEEPERS_LOCK: Loss = {
  name: "the housekeeper's lock of another type",
  async strike(redis) {
    const name = `${hotPrefix("housekeeping")}lock:*`;
    await until("somebody keeps house", async () => (await redis.keys(name)).length > 0, { timeoutMs: 5_000 });
    await redis.eval(REPLACE_LOCKS, 0, name);
  },
};
