export { createApp, type App, type AppOptions } from "./app.js";
export { BadConfig, readConfig, readEnvironment, type Config } from "./config.js";
export { wire, type Wired } from "./container.js";
export { tokens } from "./container/tokens.js";
export { createLog, type Log, type LogLevel } from "./log.js";
export { serve, type Serving } from "./serve.js";
export { closeOnSignals } from "./shutdown.js";
export { StoreUnreachable } from "./stores.js";
export { productView, purchaseView } from "./views.js";
