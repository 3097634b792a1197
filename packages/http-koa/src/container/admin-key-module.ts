import { ContainerModule } from "inversify";
import { adminKeyIn } from "../admin-key.js";
import type { Config } from "../config.js";
import { dataFolder } from "./folder-module.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

/** The configured admin key; with the embedded database and none configured, the one that is kept beside it. */
export const adminKeyModule = ({ adminApiKey: key, databaseUrl }: Config): ContainerModule =>
  new ContainerModule((load) => {
    if (key === null && databaseUrl === null)
      provide(load, tokens.adminKey, [dataFolder], ({ path }) => adminKeyIn(path));
    else provide(load, tokens.adminKey, [], () => ({ key, file: null, made: false }));
  });
