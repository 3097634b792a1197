import type { Control, Invariant } from "../row.js";

/** A guard of the scripts, taken out. */
const without = (file: string, guard: string, built: string, breaks: Invariant, instead = ""): Control => ({
  built,
  sabotage: { edits: [{ file: `scripts/${file}`, guard, without: instead }] },
  breaks,
});

export const WITHOUT_REPLID = without(
  "in-service.lua",
  "if values[1] ~= replid() then return nil end",
  "an inventory that does not ask whether this Redis is the one that was loaded",
  "I2",
);

export const WITHOUT_SENTINELS: readonly Control[] = [
  without(
    "in-service.lua",
    "if redis.pcall('HEXISTS', KEYS[4], '') ~= 1 then return nil end",
    "an inventory that does not miss its holds",
    "I2",
  ),
  without(
    "in-service.lua",
    "if type(redis.pcall('ZSCORE', KEYS[5], '')) ~= 'string' then return nil end",
    "an inventory that does not miss its deadlines",
    "I2",
  ),
  without(
    "in-service.lua",
    "if redis.pcall('HEXISTS', KEYS[3], '') ~= 1 then return nil end",
    "an inventory that does not miss its buyers",
    "I2",
  ),
  without(
    "in-service.lua",
    "if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return nil end",
    "an inventory that does not miss its epoch",
    "I2",
  ),
];

export const WITHOUT_PCALL = without(
  "in-service.lua",
  "redis.pcall('HMGET', KEYS[2]",
  "an inventory that fails on a stock of another type",
  "I5",
  "redis.call('HMGET', KEYS[2]",
);
