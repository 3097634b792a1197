/**
 * The sale over HTTP: a Koa app, its configuration, and the container that wires it.
 *
 * @module @flash-sale/http-koa
 */
export type { PostgresFacts } from "@flash-sale/adapters-postgres";
export type { RedisFacts } from "@flash-sale/adapters-redis";
export { STATUS_OF, type Code } from "./answer.js";
export { createApp, type App, type AppOptions } from "./app.js";
export { BadConfig, readConfig, readEnvironment, type Auth, type Config } from "./config.js";
export { wire, type Wired } from "./container.js";
export { wireForCommand, type WiredForCommand } from "./control/wire-for-command.js";
export { tokens } from "./container/tokens.js";
export { createLog, type Log, type LogLevel } from "./log.js";
export { MESSAGES } from "./messages.js";
export type { RateLimit } from "./rate-limit.js";
export { repeatedKey } from "./repeated-key.js";
export { newProductBody, read as readBody, toNewProduct } from "./request.js";
export { serve, type Serving } from "./serve.js";
export { closeOnSignals } from "./shutdown.js";
export { StoreUnreachable, type StoreCheck } from "./stores.js";
export { createSaleStreams, type SaleStreams } from "./stream.js";
export { productView, purchaseView } from "./views.js";
