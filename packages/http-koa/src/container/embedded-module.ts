import {
  checkReady,
  startEmbeddedPostgres,
  type DataFolder,
  type EmbeddedPostgres,
} from "@flash-sale/adapters-postgres";
import { ContainerModule } from "inversify";
import { StoreUnreachable } from "../stores.js";
import { dataFolder } from "./folder-module.js";
import { provideOrders, type Pool } from "./orders-module.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const embedded = token<EmbeddedPostgres>("embedded");
const pool = token<Pool>("pool");

/** The database in this process, where no other is configured. */
export const embeddedModule = (dataDir: string): ContainerModule =>
  new ContainerModule((load) => {
    provide(load, embedded, [dataFolder], started, (embedded) => embedded.close());
    provide(load, pool, [embedded], ({ pool }) => pool);
    provideOrders(load, pool);
    const where = `embedded database in ${dataDir}`;
    provide(load, tokens.ordersStore, [pool], (pool) => ({
      name: "the embedded database",
      where,
      ask: () => checkReady(pool),
    }));
  });

async function started(folder: DataFolder): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres({ dataDir: folder });
  } catch (fault) {
    throw new StoreUnreachable(`The embedded database in ${folder.path}`, "Set DATA_DIR or DATABASE_URL", fault);
  }
}
