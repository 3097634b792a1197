import "reflect-metadata";
import { Container, type ContainerModule } from "inversify";
import type { Config } from "./config.js";
import { coreModule } from "./container/core-module.js";
import { embeddedModule } from "./container/embedded-module.js";
import { httpModule } from "./container/http-module.js";
import { inProcessModule } from "./container/in-process-module.js";
import { postgresModule } from "./container/postgres-module.js";
import { redisModule } from "./container/redis-module.js";
import { systemModule } from "./container/system-module.js";
import type { Token } from "./container/token.js";
import type { Log } from "./log.js";

/** Everything that was wired together, made when it is first asked for. */
export interface Wired {
  get<T>(token: Token<T>): Promise<T>;
  /** Closes what was made, in the reverse order: the sale before its stores. */
  close(): Promise<void>;
}

/** The one place where the stores are chosen: what is configured, else what runs in this process. */
export function wire(config: Config, log: Log, { keepsHouse }: { readonly keepsHouse: boolean }): Wired {
  const modules: readonly ContainerModule[] = [
    systemModule(config, log),
    config.databaseUrl === null ? embeddedModule(config.dataDir) : postgresModule(config.databaseUrl),
    config.redisUrl === null ? inProcessModule : redisModule(config.redisUrl),
    coreModule(keepsHouse),
    httpModule,
  ];
  const container = new Container();
  container.load(...modules);
  return {
    get: (token) => container.getAsync(token),
    async close() {
      for (const module of [...modules].reverse()) {
        await container.unloadAsync(module).catch((fault: unknown) => log.warn({ err: fault }, "closing failed"));
      }
    },
  };
}
