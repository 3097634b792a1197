import { ContainerModule } from "inversify";
import { createApp } from "../app.js";
import { createMetrics } from "../metrics.js";
import { createRateLimit, type RateLimit } from "../rate-limit.js";
import { createSaleStreams } from "../stream.js";
import { provide, token } from "./token.js";
import { tokens } from "./tokens.js";

const limit = token<RateLimit | null>("rate limit");

export const httpModule = new ContainerModule((load) => {
  const { sale, products, orderPages, inventoryStore, ordersStore, clock, log, adminKey, metrics, streams } = tokens;
  const { config, rateLimitRedis } = tokens;
  provide(
    load,
    metrics,
    [sale, products, streams, inventoryStore, ordersStore, clock],
    (sale, products, streams, inventoryStore, ordersStore, clock) =>
      createMetrics({ sale, products, streams, stores: [inventoryStore, ordersStore], clock }),
  );
  provide(
    load,
    streams,
    [sale, log],
    (sale, log) => createSaleStreams({ sale, log }),
    (streams) => streams.close(),
  );
  provide(load, limit, [config, rateLimitRedis], ({ rateLimit }, redis) => createRateLimit(rateLimit, redis));
  provide(
    load,
    tokens.app,
    [sale, products, orderPages, metrics, streams, inventoryStore, ordersStore, clock, log, adminKey, config, limit],
    (sale, products, orderPages, metrics, streams, inventoryStore, ordersStore, clock, log, adminKey, config, limit) =>
      createApp({
        ...{ sale, products, orderPages, metrics, streams, clock, log },
        stores: [inventoryStore, ordersStore],
        adminApiKey: adminKey.key,
        auth: config.auth,
        rateLimit: limit,
      }),
  );
});
