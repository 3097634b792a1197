import { ContainerModule } from "inversify";
import type { Remote } from "../control/remote.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

/** The sale and its stores as the running server has them: commands work on it unchanged. */
export const remoteModule = (remote: Remote): ContainerModule =>
  new ContainerModule((load) => {
    const { sale, products, orderPages, schema, server, about } = remote;
    // Whether there is room the server finds out itself.
    provide(load, tokens.sale, [], () => ({ ...sale, hasRoom: () => true, close: async () => undefined }));
    provide(load, tokens.products, [], () => ({
      ...products,
      create: notOffered("products.create"),
      live: notOffered("products.live"),
      projectSold: notOffered("products.projectSold"),
    }));
    provide(load, tokens.orderPages, [], () => ({
      ...orderPages,
      buyers: notOffered("orderPages.buyers"),
      buyersAmong: notOffered("orderPages.buyersAmong"),
    }));
    provide(load, tokens.schema, [], () => schema);
    provide(load, tokens.examineInventory, [], () => server.examineInventory);
    provide(load, tokens.examineOrders, [], () => server.examineOrders);
    provide(load, tokens.inventoryStore, [], () => ({ ...about.inventory, ask: () => server.ask("inventory") }));
    provide(load, tokens.ordersStore, [], () => ({ ...about.orders, ask: () => server.ask("orders") }));
  });

/** No command needs it, and the server's own use cases stand between it and a caller. */
const notOffered = (name: string) => async (): Promise<never> => {
  throw new Error(`the running server does not offer ${name}`);
};
