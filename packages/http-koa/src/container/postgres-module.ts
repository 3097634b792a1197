import { checkReady, connectPostgres, pendingMigrations } from "@flash-sale/adapters-postgres";
import { ContainerModule } from "inversify";
import { withoutPassword } from "../store-urls.js";
import { StoreUnreachable } from "../stores.js";
import { provideOrders, type Pool } from "./orders-module.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const pool = token<Pool>("pool");

export const postgresModule = (url: string): ContainerModule =>
  new ContainerModule((load) => {
    const where = withoutPassword(url);
    provide(
      load,
      pool,
      [],
      () => connected(url, where),
      (pool) => pool.end(),
    );
    provideOrders(load, pool);
    provide(load, tokens.ordersStore, [pool], (pool) => ({ name: "PostgreSQL", where, ask: () => checkReady(pool) }));
  });

async function connected(url: string, where: string): Promise<Pool> {
  const pool = connectPostgres({ url });
  try {
    await pendingMigrations(pool);
    return pool;
  } catch (fault) {
    await pool.end();
    throw new StoreUnreachable(`PostgreSQL at ${where}`, "Start it, or set DATABASE_URL to where it runs", fault);
  }
}
