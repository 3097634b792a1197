import { Redis } from "ioredis";
import { startRedis, type RedisServer } from "../servers/redis.js";
import { createCleanUp } from "./clean-up.js";
import { startTcpProxy } from "./tcp-proxy.js";
import { until } from "./wait.js";

/** Two Redis servers, of which one follows the other through a proxy that can hold the stream back. */
export interface ReplicatedPair extends AsyncDisposable {
  /** Of the present master. */
  readonly port: number;
  /** Straight to the present master. */
  readonly redis: Redis;
  /** The other one follows the master, and has caught up. */
  follow(): Promise<void>;
  /** Nothing that the master does from here on reaches the other. */
  freeze(): void;
  /** kill -9 of the master; the other takes its place as it is. */
  promote(): Promise<void>;
}

/** Without the five seconds that a master waits for more replicas before it sends its state. */
const AT_ONCE = ["--repl-diskless-sync-delay", "0"];

export const startReplicatedPair = async (): Promise<ReplicatedPair> => {
  const disposal = createCleanUp();
  const start = async (): Promise<{ server: RedisServer; client: Redis }> => {
    const server = disposal.use(await startRedis({ args: AT_ONCE }));
    const client = new Redis(server.url).on("error", () => undefined);
    disposal.defer(() => {
      client.disconnect();
      return Promise.resolve();
    });
    return { server, client };
  };
  let [master, other] = [await start(), await start()];
  const link = disposal.use(await startTcpProxy(master.server.port));

  const offsetOf = async (client: Redis): Promise<number> =>
    Number(/master_repl_offset:(\d+)/.exec(await client.info("replication"))?.[1]);

  return {
    get port() {
      return master.server.port;
    },
    get redis() {
      return master.client;
    },
    async follow() {
      link.leadTo(master.server.port);
      await other.client.replicaof("127.0.0.1", link.port);
      const offset = await offsetOf(master.client);
      await until("the replica has caught up", async () => {
        const info = await other.client.info("replication");
        return info.includes("master_link_status:up") && (await offsetOf(other.client)) >= offset;
      });
    },
    freeze: () => link.freeze("to-client"),
    async promote() {
      await master.server.kill();
      await other.client.replicaof("NO", "ONE");
      link.thaw("to-client");
      [master, other] = [other, master];
      // It comes back empty, as the next replica.
      await other.server.restart();
    },
    [Symbol.asyncDispose]: () => disposal.run(),
  };
};
