import type { Fleet } from "./fleet.js";
import type { SalePlan } from "./plan.js";
import type { World } from "./world.js";

/** Puts the planned sales on, however often their creation fails. Answers the products' ids, the long sale first. */
export async function putOnSale(world: World, fleet: Fleet): Promise<readonly string[]> {
  const productIds: string[] = [];
  for (const [index, sale] of world.plan.sales.entries())
    productIds.push(await putOneOnSale(world, fleet, `sale ${index}`, sale));
  return productIds;
}

async function putOneOnSale(world: World, fleet: Fleet, name: string, sale: SalePlan): Promise<string> {
  const { scheduler, database } = world;
  const { totalQuantity, perUserLimit, startsInMs, durationMs } = sale;
  const saleStartAtMs = scheduler.clock.now() + startsInMs;
  const times = { saleStartAtMs, saleEndAtMs: saleStartAtMs + durationMs };

  for (;;) {
    let ended = false;
    const end = () => void (ended = true);
    fleet
      .any()
      ?.sale.createProduct({ name, price: 49.99, totalQuantity, perUserLimit, ...times })
      .then(end, end);
    await scheduler.run(() => ended, 5_000);
    // Where the creation failed half way the product stands, and the first question about it loads its stock.
    const standing = (await database.products.page(null, 10)).find((product) => product.name === name);
    if (standing) return standing.id;
  }
}
