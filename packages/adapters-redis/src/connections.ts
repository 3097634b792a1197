import { Cluster, Redis, type ClusterOptions, type RedisOptions } from "ioredis";
import type { RedisAddress } from "./address.js";
import type { RedisClient } from "./client.js";

export interface Connections {
  readonly client: RedisClient;
  /** The client itself where that keeps a connection of its own for what it subscribes to. */
  readonly subscriber: RedisClient;
}

const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 1_000;

const retryDelayMs = (attempt: number) => Math.min(50 * attempt, 1_000);

const NODE = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  commandTimeout: COMMAND_TIMEOUT_MS,
  // Nothing is sent twice behind the core's back, and what was under way fails when its connection does.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions;

const SERVER = {
  ...NODE,
  // A buyer is told at once that nothing happened; a command that waits for a connection is carried out when nobody asks for it any more.
  enableOfflineQueue: false,
  retryStrategy: retryDelayMs,
  // Nobody would hear of one that failed, and a rejection that nobody hears of ends the process: the announcements subscribe again.
  autoResubscribe: false,
  // After a failover the old address may lead to a replica for a while.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} satisfies RedisOptions;

const SENTINEL = {
  ...SERVER,
  sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
  sentinelRetryStrategy: retryDelayMs,
  // A master that went silent would keep its connection, and every command would time out.
  failoverDetector: true,
} satisfies RedisOptions;

const CLUSTER = {
  enableOfflineQueue: false,
  clusterRetryStrategy: retryDelayMs,
  // A command whose connection broke may have been carried out. A node that said MOVED or ASK did nothing: that is followed.
  retryDelayOnFailover: 0,
  // Said at once rather than waited for, like a missing connection.
  retryDelayOnClusterDown: 0,
  slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
  // As for Sentinels: who was promoted in a silent master's place is not told by the silent one.
  slotsRefreshInterval: 5_000,
} satisfies ClusterOptions;

/** Begins to connect, and goes on to without end. */
export function openConnections(address: RedisAddress): Connections {
  switch (address.kind) {
    case "server":
      return pair(() => new Redis(address.url, SERVER));
    case "sentinel": {
      const { sentinels, name, password } = address;
      const login = password === undefined ? {} : { password, sentinelPassword: password };
      return pair(() => new Redis({ ...SENTINEL, ...login, name, sentinels: sentinels.map((node) => ({ ...node })) }));
    }
    case "cluster": {
      const { nodes, password } = address;
      const redisOptions = { ...NODE, ...(password !== undefined && { password }) };
      const startup = nodes.map((node) => ({ ...node }));
      const cluster = new Cluster(startup, { ...CLUSTER, redisOptions });
      return { client: cluster, subscriber: cluster };
    }
  }
}

function pair(open: () => Redis): Connections {
  return { client: open(), subscriber: open() };
}
