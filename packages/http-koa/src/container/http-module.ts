import { ContainerModule } from "inversify";
import { createApp } from "../app.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

export const httpModule = new ContainerModule((load) => {
  const { sale, inventoryStore, ordersStore, clock, log, config } = tokens;
  provide(
    load,
    tokens.app,
    [sale, inventoryStore, ordersStore, clock, log, config],
    (sale, inventoryStore, ordersStore, clock, log, { adminApiKey }) =>
      createApp({ sale, stores: [inventoryStore, ordersStore], clock, log, adminApiKey }),
  );
});
