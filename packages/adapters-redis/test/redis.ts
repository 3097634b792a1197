import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AdmissionHarness, InventoryChangesHarness } from "@flash-sale/core/contract";
import { Redis, type RedisOptions } from "ioredis";
import { adaptersWith, type RedisAdapters } from "#src/adapters.js";
import { loadScripts, type Scripts } from "#src/script.js";

/** Long enough for a slow machine, short enough to wait for. */
export const LOCK_TTL_MS = 400;

/** A missing server is a failure, never a test that was left out. */
export function redisUrl(): string {
  const url = process.env.TEST_REDIS_URL;
  if (url === undefined || url === "") throw new Error("TEST_REDIS_URL must name a Redis server for tests");
  return url;
}

export interface TestRedis {
  readonly client: Redis;
  readonly subscriber: Redis;
  readonly adapters: RedisAdapters;
  harness(): AdmissionHarness & InventoryChangesHarness;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly db?: number;
  readonly protocol?: 2 | 3;
  readonly stringNumbers?: boolean;
  readonly commandTimeout?: number;
  readonly enableReadyCheck?: boolean;
}

export interface TestRedisOptions {
  readonly url?: string;
  readonly scripts?: Scripts;
  readonly lockTtlMs?: number;
  readonly redis?: ConnectionOptions;
}

const SAFE = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  lazyConnect: true,
} satisfies RedisOptions;

export async function openRedis({
  url = redisUrl(),
  scripts = loadScripts(),
  lockTtlMs = LOCK_TTL_MS,
  redis = {},
}: TestRedisOptions = {}) {
  const connect = async () => {
    const connection = new Redis(url, { ...SAFE, ...redis });
    connection.on("error", () => undefined);
    await connection.connect();
    return connection;
  };
  const [client, subscriber] = await Promise.all([connect(), connect()]);
  const adapters = adaptersWith(scripts, { client, subscriber, lockTtlMs });
  const opened: TestRedis = {
    client,
    subscriber,
    adapters,
    harness: () => ({
      ...adapters,
      lockTtlMs,
      newProductId: randomUUID,
      now: () => serverTime(client),
      pass: async (ms) => {
        // Timers may end a millisecond early, and the server's clock counts in its own milliseconds.
        await sleep(ms + 2);
      },
    }),
    async close() {
      await adapters.close();
      for (const connection of [client, subscriber]) connection.disconnect();
    },
  };
  return opened;
}

export async function serverTime(client: Redis): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}
