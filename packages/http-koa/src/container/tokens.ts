import type {
  Admission,
  Announcements,
  Changes,
  Clock,
  FlashSale,
  Ids,
  Inventory,
  InventoryChanges,
  InventoryLoading,
  Locks,
  OrderPages,
  Orders,
  Products,
} from "@flash-sale/core";
import type { Registry } from "prom-client";
import type { PostgresFacts } from "@flash-sale/adapters-postgres";
import type { RedisClient, RedisFacts } from "@flash-sale/adapters-redis";
import type { AdminKey } from "../admin-key.js";
import type { App } from "../app.js";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import type { Metrics, PoolDepth } from "../metrics.js";
import type { StepMetrics } from "../step-metrics.js";
import type { Schema, StoreCheck } from "../stores.js";
import type { SaleStreams } from "../stream.js";
import type { Tracing } from "../tracing.js";
import { token } from "./token.js";

/** Everything the container can be asked for. */
export const tokens = {
  config: token<Config>("config"),
  log: token<Log>("log"),
  clock: token<Clock>("clock"),
  ids: token<Ids>("ids"),

  inventory: token<Inventory>("inventory"),
  loading: token<InventoryLoading>("loading"),
  inventoryChanges: token<InventoryChanges>("inventoryChanges"),
  locks: token<Locks>("locks"),
  admission: token<Admission>("admission"),
  announcements: token<Announcements>("announcements"),
  inventoryStore: token<StoreCheck>("inventoryStore"),
  /** How the hot store is set up; null: it is inside a process, which has no settings. */
  examineInventory: token<() => Promise<RedisFacts | null>>("examineInventory"),
  /** Where a buyer's requests are counted for all processes; null: each counts for itself. */
  rateLimitRedis: token<RedisClient | null>("rateLimitRedis"),

  products: token<Products>("products"),
  orders: token<Orders>("orders"),
  orderPages: token<OrderPages>("orderPages"),
  changes: token<Changes>("changes"),
  ordersStore: token<StoreCheck>("ordersStore"),
  /** How the orders' store is set up. */
  examineOrders: token<() => Promise<PostgresFacts>>("examineOrders"),
  /** How many orders there are, of all products. */
  countOrders: token<() => Promise<number>>("countOrders"),
  schema: token<Schema>("schema"),
  /** Asks how the connections to the orders' store are taken. */
  poolDepth: token<() => PoolDepth>("poolDepth"),

  sale: token<FlashSale>("sale"),
  /** Where all metrics of this process are. */
  registry: token<Registry>("registry"),
  steps: token<StepMetrics>("steps"),
  /** Null: nothing is traced. */
  tracing: token<Tracing | null>("tracing"),
  metrics: token<Metrics>("metrics"),
  streams: token<SaleStreams>("streams"),
  adminKey: token<AdminKey>("adminKey"),
  app: token<App>("app"),
} as const;
