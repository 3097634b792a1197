import {
  countOrders,
  createPostgresAdapters,
  examinePostgres,
  migrate,
  pendingMigrations,
  type connectPostgres,
} from "@flash-sale/adapters-postgres";
import type { ContainerModuleLoadOptions } from "inversify";
import { provide, token, type Token } from "./token.js";
import { tokens } from "./tokens.js";

export type Pool = ReturnType<typeof connectPostgres>;
const adapters = token<ReturnType<typeof createPostgresAdapters>>("postgres adapters");

/** The durable ports over a pool, whichever PostgreSQL it leads to. */
export function provideOrders(load: ContainerModuleLoadOptions, pool: Token<Pool>): void {
  provide(load, adapters, [pool], createPostgresAdapters);
  provide(load, tokens.products, [adapters], ({ products }) => products);
  provide(load, tokens.orders, [adapters], ({ orders }) => orders);
  provide(load, tokens.orderPages, [adapters], ({ orderPages }) => orderPages);
  provide(load, tokens.changes, [adapters], ({ changes }) => changes);
  provide(load, tokens.examineOrders, [pool], (pool) => () => examinePostgres(pool));
  provide(load, tokens.countOrders, [pool], (pool) => () => countOrders(pool));
  provide(load, tokens.poolDepth, [pool], (pool) => () => ({
    busy: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  }));
  provide(load, tokens.schema, [pool], (pool) => ({
    migrate: () => migrate(pool),
    pending: () => pendingMigrations(pool),
  }));
}
