import type { FlashSale } from "@flash-sale/core";
import type { Config } from "./config.js";
import { wire } from "./container.js";
import { tokens } from "./container/tokens.js";
import type { Log } from "./log.js";
import { startServer } from "./server.js";

export interface Serving {
  /** Where the API answers, without its base path. */
  readonly url: string;
  /** Which stores it stands on. */
  readonly inventory: string;
  readonly orders: string;
  /** What runs where, and how to buy: lines for people. */
  readonly greeting: readonly string[];
  close(): Promise<void>;
}

/** Starts the API on the configured stores: schema first, then the port. @throws StoreUnreachable */
export async function serve(config: Config, log: Log): Promise<Serving> {
  const wired = wire(config, log, { keepsHouse: true });
  try {
    const schema = await wired.get(tokens.schema);
    const applied = await schema.migrate();
    if (applied.length > 0) log.info({ applied }, "the schema was brought up to date");

    const sale = await wired.get(tokens.sale);
    if (config.demoSale) await putDemoOnSale(sale);
    const server = await startServer(await wired.get(tokens.app), config);
    const { where: inventory } = await wired.get(tokens.inventoryStore);
    const { where: orders } = await wired.get(tokens.ordersStore);
    const url = `http://${reachable(config.host)}:${server.port}`;
    return {
      url,
      inventory,
      orders,
      greeting: [
        `Flash sale API on ${url}/api/v1`,
        `  inventory  ${inventory}`,
        `  orders     ${orders}`,
        ...(await howToBuy(sale, url)),
      ],
      async close() {
        await server.stop();
        await wired.close();
      },
    };
  } catch (fault) {
    await wired.close();
    throw fault;
  }
}

/** So that a first start has something to sell. */
async function putDemoOnSale(sale: FlashSale): Promise<void> {
  if ((await sale.newestSale()) === null)
    await sale.createProduct({ name: "Demo console", price: 49.99, totalQuantity: 200 });
}

async function howToBuy(sale: FlashSale, base: string): Promise<string[]> {
  const newest = await sale.newestSale();
  if (newest?.state !== "active") return [];
  const body = JSON.stringify({ productId: newest.product.id });
  return [
    `Buy one ${newest.product.name}:`,
    `  curl -X POST ${base}/api/v1/sale/purchase -H 'content-type: application/json' -H 'x-user-id: me' -d '${body}'`,
  ];
}

/** An address under which this machine reaches a server that listens on all of its own. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
