import { StoreUnavailable } from "@flash-sale/core";
import { Redis, type RedisOptions } from "ioredis";
import { createRedisAdapters, type RedisAdapters } from "./adapters.js";
import { ask } from "./client.js";

export interface RedisConnectOptions {
  /** redis:// or rediss:// */
  readonly url: string;
  /** Life of a purchase lock and its hold, in milliseconds. */
  readonly lockTtlMs: number;
  /** Told when a connection fails; it is tried again without end. */
  readonly onFault?: (fault: unknown) => void;
}

export interface ConnectedRedis extends RedisAdapters {
  /** Waits for the connection, for three seconds at most. @throws StoreUnavailable */
  ready(): Promise<void>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 2_000;
const READY_TIMEOUT_MS = 3_000;

const OPTIONS = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: 1_000,
  // A buyer is told at once that nothing happened; a command that waits for a connection is carried out when nobody asks for it any more.
  enableOfflineQueue: false,
  // Nothing is sent twice behind the core's back, and what was under way fails when its connection does.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempt: number) => Math.min(50 * attempt, 1_000),
  // After a failover the old address may lead to a replica for a while.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} satisfies RedisOptions;

/** Begins to connect, and goes on to; what is asked before `ready` throws StoreUnavailable at once. */
export function connectRedis({ url, lockTtlMs, onFault = () => undefined }: RedisConnectOptions): ConnectedRedis {
  const client = new Redis(url, OPTIONS);
  const subscriber = new Redis(url, OPTIONS);
  let lastFault: unknown;
  for (const connection of [client, subscriber]) {
    connection.on("error", (fault: unknown) => {
      lastFault = fault;
      onFault(fault);
    });
  }
  const adapters = createRedisAdapters({ client, subscriber, lockTtlMs });

  function connected(connection: Redis): Promise<void> {
    if (connection.status === "ready") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onReady = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        connection.off("ready", onReady);
        reject(new StoreUnavailable("inventory", "none", { cause: lastFault }));
      }, READY_TIMEOUT_MS);
      connection.once("ready", onReady);
    });
  }

  return {
    ...adapters,
    async ready() {
      await Promise.all([connected(client), connected(subscriber)]);
      await ask(client, () => client.ping());
    },
    async close() {
      await adapters.close();
      await Promise.all([disconnect(client), disconnect(subscriber)]);
    },
  };
}

/** A polite end where there is a connection, else no more attempts at one. */
async function disconnect(connection: Redis): Promise<void> {
  if (connection.status !== "ready") {
    connection.disconnect();
    return;
  }
  const ended = new Promise<void>((resolve) => {
    connection.once("end", resolve);
  });
  try {
    await connection.quit();
    await ended;
  } catch {
    connection.disconnect();
  }
}
