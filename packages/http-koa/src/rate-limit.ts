import type { RedisClient } from "@flash-sale/adapters-redis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { RequestRefused } from "./answer.js";
import type { Buyer } from "./identity.js";
import { createNewcomers } from "./newcomers.js";

/** Counts one request of a user. @throws RequestRefused RATE_LIMITED, and nothing else */
export type RateLimit = (userId: string) => Promise<void> | undefined;

export interface RateLimitTerms {
  readonly windowMs: number;
  /** Requests a user and window. */
  readonly max: number;
}

/** Beside the sale's own keys, and never one of them: those go on with a brace. */
const KEY_PREFIX = "fs1:rate";

const AWAY_MS = 1_000;

/** The library's own script counts in whole seconds. Reply: what is counted now, and the milliseconds until it is forgotten. */
const COUNT = `
redis.call('set', KEYS[1], 0, 'PX', ARGV[2], 'NX')
return { redis.call('incrby', KEYS[1], ARGV[1]), redis.call('pttl', KEYS[1]) }`;

/**
 * At most `max` requests a user and window, over all processes where there is a Redis, else in this one. The crowd of a sale comes once
 * each, and to ask Redis every time would cost a quarter of a purchase: so a user's first request in a window is counted in its process
 * alone, and together with the second one in Redis. A user may thereby have one request more a process and window. While Redis is away
 * each process counts for itself: a limit is no reason to refuse anybody. Null where there is no limit, for a 0 of either.
 */
export function createRateLimit({ windowMs, max }: RateLimitTerms, redis: RedisClient | null): RateLimit | null {
  if (max === 0 || windowMs === 0) return null;
  const newcomers = createNewcomers(windowMs);
  const alone = new RateLimiterMemory({ points: max, duration: windowMs / 1_000 });
  // Its durations are milliseconds, as its script has them. Who is over the limit is refused without another question.
  const shared =
    redis &&
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: KEY_PREFIX,
      points: max,
      duration: windowMs,
      customIncrTtlLuaScript: COUNT,
      inMemoryBlockOnConsumed: max,
    });

  /** A Redis that does not answer is not waited for again and again. */
  let awayUntilMs = 0;

  async function isShared(userId: string, requests: number, leftMs: number): Promise<boolean> {
    if (!shared || performance.now() < awayUntilMs) return false;
    if (await isCounted(shared.consume(userId, requests, { customDuration: leftMs }))) return true;
    awayUntilMs = performance.now() + AWAY_MS;
    return false;
  }

  /** The window began with the user's first request, `agoMs` ago. */
  async function consume(userId: string, requests: number, agoMs: number): Promise<void> {
    const leftMs = Math.max(1, Math.ceil(windowMs - agoMs));
    if (await isShared(userId, requests, leftMs)) return;
    await isCounted(alone.consume(userId, requests, { customDuration: leftMs / 1_000 }));
  }

  return (userId) => {
    const seen = newcomers.see(userId, performance.now());
    if (seen === "first") return undefined;
    return seen === null ? consume(userId, 1, 0) : consume(userId, 2, seen);
  };
}

/** Names the buyer as `buyerOf` does, and counts the request as this buyer's. */
export function limited(buyerOf: Buyer, rateLimit: RateLimit | null): Buyer {
  if (rateLimit === null) return buyerOf;
  return async (...request) => {
    const userId = await buyerOf(...request);
    await rateLimit(userId);
    return userId;
  };
}

/** False where the store did not answer. @throws RequestRefused RATE_LIMITED */
async function isCounted(consumption: Promise<RateLimiterRes>): Promise<boolean> {
  try {
    await consumption;
    return true;
  } catch (fault) {
    if (fault instanceof RateLimiterRes) throw rateLimited(fault);
    return false;
  }
}

function rateLimited({ msBeforeNext }: RateLimiterRes): RequestRefused {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  const sentence = `This user asks too often. Please try again in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`;
  return new RequestRefused("RATE_LIMITED", sentence, { headers: { "Retry-After": String(seconds) } });
}
