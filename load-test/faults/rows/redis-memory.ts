import type { Redis } from "ioredis";
import { hotKeys, readHot } from "../facts.js";

/** What Redis had of a product at one moment. */
export interface Memory {
  readonly epoch: number;
  readonly purchased: number;
  /** Redis has that again and nothing else, as if the time between had not been. Its replication id is what it was. */
  comesBack(redis: Redis): Promise<void>;
}

/** One script, so that it is of one moment. */
const DUMP = `
  local found = {}
  for i, key in ipairs(redis.call('KEYS', ARGV[1])) do
    found[#found + 1] = key
    found[#found + 1] = redis.call('DUMP', key)
  end
  return found`;
const RESTORE = `
  for i, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end
  for i, key in ipairs(KEYS) do redis.call('RESTORE', key, '0', ARGV[i + 1]) end`;

export const rememberMemory = async (redis: Redis, productId: string, epoch: number): Promise<Memory | null> => {
  const pattern = `fs1:{${productId}}:*`;
  const dumped = (await redis.callBuffer("eval", DUMP, 0, pattern)) as Buffer[];
  const keys = dumped.filter((_, index) => index % 2 === 0);
  const values = dumped.filter((_, index) => index % 2 === 1);
  const { stock } = hotKeys(productId, epoch);
  if (!keys.some((key) => String(key) === stock)) return null;
  return {
    epoch,
    purchased: (await readHot(redis, productId, epoch))?.purchased ?? 0,
    async comesBack(into) {
      await into.callBuffer("eval", RESTORE, keys.length, ...keys, pattern, ...values);
    },
  };
};
