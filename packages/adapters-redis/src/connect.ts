import { StoreUnavailable } from "@flash-sale/core";
import { createRedisAdapters, type RedisAdapters } from "./adapters.js";
import type { RedisAddress } from "./address.js";
import { ask, serversOf, type OnCall, type RedisClient } from "./client.js";
import { openConnections } from "./connections.js";
import { examineRedis, type RedisFacts } from "./examine.js";

/** Which Redis, and how long a purchase may take. */
export interface RedisConnectOptions {
  readonly address: RedisAddress;
  /** Life of a purchase lock and its hold, in milliseconds. */
  readonly lockTtlMs: number;
  /** Told when a connection fails; it is tried again without end. */
  readonly onFault?: (fault: unknown) => void;
  readonly onCall?: OnCall;
}

/** The hot ports, with the connections they were given. */
export interface ConnectedRedis extends RedisAdapters {
  /** For what else is kept in this Redis, under keys of its own. */
  readonly client: RedisClient;
  /** Waits for the connection, for three seconds at most. @throws StoreUnavailable */
  ready(): Promise<void>;
  /** Asks whether a server answers, now: where there is no connection, it is not waited for. @throws StoreUnavailable */
  ping(): Promise<void>;
  /** How this Redis is set up. @throws StoreUnavailable */
  examine(): Promise<RedisFacts>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 3_000;

/** Begins to connect, and goes on to; what is asked before `ready` throws StoreUnavailable at once. */
export function connectRedis(options: RedisConnectOptions): ConnectedRedis {
  const { address, lockTtlMs, onFault = () => undefined, onCall } = options;
  const { client, subscriber } = openConnections(address);
  const connections = [...new Set([client, subscriber])];
  let lastFault: unknown;
  const notice = (fault: unknown) => {
    // A cluster's client that finds no node says no more than that.
    lastFault = fault instanceof Error && "lastNodeError" in fault ? fault.lastNodeError : fault;
    onFault(fault);
  };
  for (const connection of connections) {
    connection.on("error", notice);
    // A cluster's, of one of its nodes.
    connection.on("node error", notice);
  }
  const adapters = createRedisAdapters({ client, subscriber, lockTtlMs, onCall });

  function connected(connection: RedisClient): Promise<void> {
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
    client,
    async ready() {
      await Promise.all(connections.map(connected));
      await greet(client);
    },
    ping: () => greet(client),
    examine: () => examineRedis(client),
    async close() {
      await adapters.close();
      await Promise.all(connections.map((connection) => disconnect(connection, address)));
    },
  };
}

/**
 * One server that answers will do. All are asked, since a cluster's client connects to a node when it is first asked, and
 * whoever asks meanwhile is refused.
 */
async function greet(client: RedisClient): Promise<void> {
  const greetings = await Promise.allSettled(serversOf(client).map((server) => ask(server, () => server.ping())));
  const [first] = greetings;
  if (first?.status === "rejected" && greetings.every(({ status }) => status === "rejected")) throw first.reason;
}

/** A polite end where there is a connection, else no more attempts at one. */
async function disconnect(connection: RedisClient, { kind }: RedisAddress): Promise<void> {
  if (connection.status === "ready") {
    const ended = new Promise<void>((resolve) => {
      connection.once("end", resolve);
    });
    const left = await connection.quit().then(
      () => true,
      () => false,
    );
    if (left) await ended;
    // A second goodbye would leave a timer behind. The connections to Sentinels go with it alone.
    if (left && kind !== "sentinel") return;
  }
  connection.disconnect();
}
