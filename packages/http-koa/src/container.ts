import "reflect-metadata";
import { Container, type ContainerModule } from "inversify";
import type { Config } from "./config.js";
import { coreModule } from "./container/core-module.js";
import { adminKeyModule } from "./container/admin-key-module.js";
import { embeddedModule } from "./container/embedded-module.js";
import { folderModule } from "./container/folder-module.js";
import { httpModule } from "./container/http-module.js";
import { inProcessModule } from "./container/in-process-module.js";
import { postgresModule } from "./container/postgres-module.js";
import { redisModule } from "./container/redis-module.js";
import { remoteModule } from "./container/remote-module.js";
import { systemModule } from "./container/system-module.js";
import { tracingModule } from "./container/tracing-module.js";
import type { Token } from "./container/token.js";
import type { Remote } from "./control/remote.js";
import type { Log } from "./log.js";
import { StoreUnreachable } from "./stores.js";

/** Everything that was wired together, made when it is first asked for. */
export interface Wired {
  /** One of the `tokens`; whoever asks again gets the same. */
  get<T>(token: Token<T>): Promise<T>;
  /** Closes what was made, in the reverse order: the sale before its stores. */
  close(): Promise<void>;
}

/** Whether inventory or database are inside this process: then DATA_DIR is held, and its holder does what commands ask for. */
export function usesDataFolder({ databaseUrl, redis }: Pick<Config, "databaseUrl" | "redis">): boolean {
  return databaseUrl === null || redis === null;
}

/** The one place where the stores are chosen: what is configured, else what runs in this process. */
export function wire(config: Config, log: Log, { keepsHouse }: { readonly keepsHouse: boolean }): Wired {
  const { databaseUrl, redis, dataDir, tracing } = config;
  return loaded(log, [
    systemModule(config, log),
    // Of a command, and of the primary of workers, there is nothing to be traced.
    tracingModule(keepsHouse ? tracing : null),
    folderModule(dataDir),
    databaseUrl === null ? embeddedModule(dataDir) : postgresModule(databaseUrl),
    redis === null ? inProcessModule : redisModule(redis),
    coreModule(keepsHouse),
    adminKeyModule(config),
    httpModule,
  ]);
}

/** The same words for a command, where a running server has the stores. */
export function wireRemote(config: Config, log: Log, remote: Remote): Wired {
  return loaded(log, [systemModule(config, log), remoteModule(remote)]);
}

function loaded(log: Log, modules: readonly ContainerModule[]): Wired {
  const container = new Container();
  container.load(...modules);
  return {
    get: (token) => container.getAsync(token),
    async close() {
      for (const module of [...modules].reverse()) {
        await container.unloadAsync(module).catch((fault: unknown) => {
          // What could not be opened has said so already, and says it again here.
          if (!(fault instanceof StoreUnreachable)) log.warn({ err: fault }, "closing failed");
        });
      }
    },
  };
}
