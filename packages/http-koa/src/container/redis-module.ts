import { connectRedis, type ConnectedRedis, type RedisAddress } from "@flash-sale/adapters-redis";
import { ContainerModule } from "inversify";
import { withoutPassword } from "../store-urls.js";
import { StoreUnreachable } from "../stores.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const redis = token<ConnectedRedis>("redis");

export const redisModule = (address: RedisAddress): ContainerModule =>
  new ContainerModule((load) => {
    const { config, log, steps } = tokens;
    const { where, variable } = placeOf(address);
    provide(
      load,
      redis,
      [config, log, steps],
      async ({ saleLockTtlMs }, log, { onScript: onCall }) => {
        const onFault = (fault: unknown) => log.debug({ err: fault }, "a connection to Redis failed");
        const connected = connectRedis({ address, lockTtlMs: saleLockTtlMs, onFault, onCall });
        try {
          await connected.ready();
          return connected;
        } catch (fault) {
          await connected.close();
          throw new StoreUnreachable(`Redis at ${where}`, `Start it, or set ${variable} to where it runs`, fault);
        }
      },
      (connected) => connected.close(),
    );
    provide(load, tokens.inventory, [redis], ({ inventory }) => inventory);
    provide(load, tokens.loading, [redis], ({ loading }) => loading);
    provide(load, tokens.inventoryChanges, [redis], ({ inventoryChanges }) => inventoryChanges);
    provide(load, tokens.locks, [redis], ({ locks }) => locks);
    provide(load, tokens.admission, [redis], ({ admission }) => admission);
    provide(load, tokens.announcements, [redis], ({ announcements }) => announcements);
    provide(load, tokens.examineInventory, [redis], ({ examine }) => examine);
    provide(load, tokens.rateLimitRedis, [redis], ({ client }) => client);
    provide(load, tokens.inventoryStore, [redis], (connected) => ({
      name: "Redis",
      where,
      ask: () => connected.ping(),
    }));
  });

/** Where Redis is, as it may be shown, and what says so. */
function placeOf(address: RedisAddress): { readonly where: string; readonly variable: string } {
  switch (address.kind) {
    case "server":
      return { where: withoutPassword(address.url), variable: "REDIS_URL" };
    case "cluster":
      return { where: `the cluster of ${listed(address.nodes)}`, variable: "REDIS_CLUSTER" };
    case "sentinel":
      return { where: `${address.name} by ${listed(address.sentinels)}`, variable: "REDIS_SENTINELS" };
  }
}

function listed(nodes: readonly { readonly host: string; readonly port: number }[]): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(", ");
}
