import { ContainerModule } from "inversify";
import { createApp } from "../app.js";
import { createMetrics } from "../metrics.js";
import { createSaleStreams } from "../stream.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

export const httpModule = new ContainerModule((load) => {
  const { sale, products, inventoryStore, ordersStore, clock, log, config, metrics, streams } = tokens;
  provide(load, metrics, [], () => createMetrics());
  provide(
    load,
    streams,
    [sale, log],
    (sale, log) => createSaleStreams({ sale, log }),
    (streams) => streams.close(),
  );
  provide(
    load,
    tokens.app,
    [sale, products, metrics, streams, inventoryStore, ordersStore, clock, log, config],
    (sale, products, metrics, streams, inventoryStore, ordersStore, clock, log, { adminApiKey }) => {
      const stores = [inventoryStore, ordersStore];
      return createApp({ sale, products, metrics, streams, stores, clock, log, adminApiKey });
    },
  );
});
