import { connectRedis, type ConnectedRedis } from "@flash-sale/adapters-redis";
import { ContainerModule } from "inversify";
import { withoutPassword } from "../store-urls.js";
import { StoreUnreachable } from "../stores.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const redis = token<ConnectedRedis>("redis");

export const redisModule = (url: string): ContainerModule =>
  new ContainerModule((load) => {
    const { config, log } = tokens;
    const where = withoutPassword(url);
    provide(
      load,
      redis,
      [config, log],
      async ({ saleLockTtlMs }, log) => {
        const onFault = (fault: unknown) => log.debug({ err: fault }, "a connection to Redis failed");
        const connected = connectRedis({ url, lockTtlMs: saleLockTtlMs, onFault });
        try {
          await connected.ready();
          return connected;
        } catch (fault) {
          await connected.close();
          throw new StoreUnreachable(`Redis at ${where}`, "Start it, or set REDIS_URL to where it runs", fault);
        }
      },
      (connected) => connected.close(),
    );
    provide(load, tokens.inventory, [redis], ({ inventory }) => inventory);
    provide(load, tokens.loading, [redis], ({ loading }) => loading);
    provide(load, tokens.locks, [redis], ({ locks }) => locks);
    provide(load, tokens.admission, [redis], ({ admission }) => admission);
    provide(load, tokens.announcements, [redis], ({ announcements }) => announcements);
    provide(load, tokens.inventoryStore, [redis], (connected) => ({
      name: "Redis",
      where,
      ask: () => connected.ready(),
    }));
  });
