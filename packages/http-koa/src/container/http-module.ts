import { ContainerModule } from "inversify";
import { createApp } from "../app.js";
import { createMetrics } from "../metrics.js";
import { createRateLimit, type RateLimit } from "../rate-limit.js";
import type { StoreCheck } from "../stores.js";
import { createSaleStreams } from "../stream.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const limit = token<RateLimit | null>("rate limit");
const stores = token<readonly StoreCheck[]>("stores");

export const httpModule = new ContainerModule((load) => {
  const { sale, products, orderPages, inventoryStore, ordersStore, clock, log, adminKey, metrics, streams } = tokens;
  const { config, rateLimitRedis, registry, poolDepth, tracing } = tokens;
  provide(
    load,
    metrics,
    [registry, poolDepth, sale, products, streams, stores, clock],
    (registry, pool, sale, products, streams, stores, clock) =>
      createMetrics({ registry, pool, sale, products, streams, stores, clock }),
  );
  provide(
    load,
    streams,
    [sale, log],
    (sale, log) => createSaleStreams({ sale, log }),
    (streams) => streams.close(),
  );
  provide(load, limit, [config, rateLimitRedis], ({ rateLimit }, redis) => createRateLimit(rateLimit, redis));
  provide(load, stores, [inventoryStore, ordersStore], (inventory, orders) => [inventory, orders]);
  provide(
    load,
    tokens.app,
    [sale, products, orderPages, metrics, streams, stores, clock, log, tracing, adminKey, config, limit],
    (sale, products, orderPages, metrics, streams, stores, clock, log, tracing, adminKey, config, limit) =>
      createApp({
        ...{ sale, products, orderPages, metrics, streams, stores, clock, log, tracing },
        adminApiKey: adminKey.key,
        auth: config.auth,
        rateLimit: limit,
      }),
  );
});
