import type {
  Admission,
  Announcements,
  Clock,
  FlashSale,
  Ids,
  Inventory,
  InventoryLoading,
  Locks,
  OrderPages,
  Orders,
  Products,
} from "@flash-sale/core";
import type { App } from "../app.js";
import type { Config } from "../config.js";
import type { Log } from "../log.js";
import type { Schema, StoreCheck } from "../stores.js";
import { token } from "./token.js";

/** Everything the container can be asked for. */
export const tokens = {
  config: token<Config>("config"),
  log: token<Log>("log"),
  clock: token<Clock>("clock"),
  ids: token<Ids>("ids"),

  inventory: token<Inventory>("inventory"),
  loading: token<InventoryLoading>("loading"),
  locks: token<Locks>("locks"),
  admission: token<Admission>("admission"),
  announcements: token<Announcements>("announcements"),
  inventoryStore: token<StoreCheck>("inventoryStore"),

  products: token<Products>("products"),
  orders: token<Orders>("orders"),
  orderPages: token<OrderPages>("orderPages"),
  ordersStore: token<StoreCheck>("ordersStore"),
  schema: token<Schema>("schema"),

  sale: token<FlashSale>("sale"),
  app: token<App>("app"),
} as const;
