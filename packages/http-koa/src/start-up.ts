import type { FlashSale } from "@flash-sale/core";
import type { Config } from "./config.js";
import type { Wired } from "./container.js";
import { tokens } from "./container/tokens.js";
import type { Log } from "./log.js";

/** What is done once before anybody is served: the tables are there, and a first start has something to sell. */
export async function prepareStores(wired: Wired, { demoSale }: Config, log: Log): Promise<void> {
  const applied = await (await wired.get(tokens.schema)).migrate();
  if (applied.length > 0) log.info({ applied }, "the schema was brought up to date");
  if (demoSale) await putDemoOnSale(await wired.get(tokens.sale));
}

async function putDemoOnSale(sale: FlashSale): Promise<void> {
  if ((await sale.newestSale()) === null)
    await sale.createProduct({ name: "Demo console", price: 49.99, totalQuantity: 200 });
}
