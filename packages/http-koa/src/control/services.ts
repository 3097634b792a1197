import type { PostgresFacts } from "@flash-sale/adapters-postgres";
import type { RedisFacts } from "@flash-sale/adapters-redis";
import type { FlashSale, OrderPages, Products } from "@flash-sale/core";
import type { Schema } from "../stores.js";

/** Who a server is, and which stores it stands on. */
export interface About {
  readonly pid: number;
  readonly startedAt: string;
  readonly inventory: StoreName;
  readonly orders: StoreName;
}

interface StoreName {
  readonly name: string;
  readonly where: string;
}

/** What a running server does for the commands of its machine. */
export interface Services {
  readonly sale: Omit<FlashSale, "hasRoom" | "close">;
  readonly products: Pick<Products, "find" | "page" | "newest">;
  readonly orderPages: Pick<OrderPages, "orders" | "search">;
  readonly schema: Schema;
  readonly server: {
    about(): Promise<About>;
    /** Throws where the store does not answer. */
    ask(store: "inventory" | "orders"): Promise<null>;
    /** How the stores are set up: for doctor. */
    examineInventory(): Promise<RedisFacts | null>;
    examineOrders(): Promise<PostgresFacts>;
  };
}

/** Every method that may be asked for, and no other: what an object has besides is nobody's to call. */
export const METHODS: { readonly [Name in keyof Services]: Readonly<Record<keyof Services[Name], true>> } = {
  sale: {
    createProduct: true,
    createProducts: true,
    changeProduct: true,
    purchase: true,
    saleStatus: true,
    newestSale: true,
    products: true,
    findOrder: true,
    ordersOf: true,
    cancelOrder: true,
    reap: true,
    rebuild: true,
    reconcile: true,
  },
  products: { find: true, page: true, newest: true },
  orderPages: { orders: true, search: true },
  schema: { migrate: true, pending: true },
  server: { about: true, ask: true, examineInventory: true, examineOrders: true },
};

/** More than a thousand products with long descriptions, and far less than a server can spare. */
export const MAX_CALL_BYTES = 16 * 1_024 * 1_024;
