import { openShop } from "../buyer.js";
import { hotKeys, readHot } from "../facts.js";
import { createHistory, type Heard } from "../history.js";
import { LARGE, type Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { countOfOldBuyers, insertMillionOrders, oldBuyer, ORDERS } from "./million-orders.js";

const FRESH_UNITS = 60;
const NEW_BUYERS = 4;
const IN_SERVICE_WITHIN_MS = 1_000;

/** A loss in a sale with a million buyers: it resumes before they are loaded again, and none of them buys twice. */
export const million: Row = {
  name: "18",
  about: "FLUSHALL with 1,000,000 orders of one product",
  how: "redis-cli",
  mustHold: "I3, I5: back in service before its buyers are loaded",
  controls: [],
  async run(stage, options) {
    await using sale = await openSale(stage, {
      ...options,
      scale: { ...options.scale, units: ORDERS + FRESH_UNITS },
      limit: 1,
      nodes: 2,
      clients: 0,
      incidents: { planned: 1, over: () => 0 },
    });
    const { scene, shop } = sale;
    const insertedMs = await insertMillionOrders(scene.pool, shop.productId);

    await scene.redis.flushall();
    const lostAtMs = Date.now();
    // The first and the last of them by the loader's order, and some between.
    const old = [1, ORDERS, ORDERS - 1, ...Array.from({ length: 5 }, () => 1 + sale.random.below(ORDERS))];
    const newBuyers = Array.from({ length: NEW_BUYERS }, (_, index) => `new-${String(index)}`);
    const [inServiceMs, heardByNew, heardByOld] = await Promise.all([
      backInService(sale, lostAtMs),
      Promise.all(newBuyers.map((userId, index) => shop.buy(index % 2, { userId, quantity: 1 }))),
      askedByOld(sale, old),
    ]);
    const stillLoading = (await readHot(scene.redis, shop.productId, 2))?.buyersLoaded === false;
    await sale.healed(lostAtMs);
    const firstSaleMs = shop.history.nextSaleMs(lostAtMs) ?? 0;
    const whenLoaded = options.scale === LARGE ? await askOldWhenLoaded(sale, old, lostAtMs) : null;

    const bought = heardByNew.filter(({ kind }) => kind === "order");
    const refused = [...heardByOld, ...(whenLoaded?.heard ?? [])].filter(isAlreadyPurchased).length;
    const refusals = old.length * (whenLoaded === null ? 1 : 2);
    const ofOldBuyers = await countOfOldBuyers(scene.pool, shop.productId);
    return await sale.finish({
      preloaded: ORDERS,
      struck: { "FLUSHALL with 1,000,000 orders": 1 },
      mustHappen: ({ rebuilds }) => ({
        rebuilds,
        "new buyers who bought": bought.length,
        "old buyers refused": refused,
        "answers while buyers were still loading": stillLoading ? 1 : 0,
      }),
      slow: inServiceMs > IN_SERVICE_WITHIN_MS ? [`back in service after ${String(inServiceMs)} ms`] : [],
      notes: {
        "back in service after": `${String(inServiceMs)} ms`,
        "a new buyer's 201 after": `${String(firstSaleMs)} ms`,
        "old buyers refused with ALREADY_PURCHASED": { seen: refused, of: refusals },
        "orders inserted in": `${String(insertedMs)} ms`,
        ...(whenLoaded === null ? {} : { "all buyers loaded after": `${String(whenLoaded.loadedMs)} ms` }),
      },
      alsoWrong: () => [
        ...(bought.length === NEW_BUYERS ? [] : [`I5: new buyers heard ${JSON.stringify(heardByNew)}`]),
        ...(refused === refusals ? [] : [`I3: old buyers heard ${JSON.stringify([heardByOld, whenLoaded?.heard])}`]),
        ...(ofOldBuyers === ORDERS ? [] : [`I3: old buyers have ${String(ofOldBuyers)} orders`]),
      ],
    });
  },
};

const isAlreadyPurchased = (heard: Heard): boolean => heard.kind === "refused" && heard.code === "ALREADY_PURCHASED";

const backInService = async ({ scene, shop }: RunningSale, lostAtMs: number): Promise<number> => {
  const { stock } = hotKeys(shop.productId, 2);
  await until("an inventory is in service", async () => (await scene.redis.exists(stock)) === 1, { everyMs: 1 });
  return Date.now() - lostAtMs;
};

/** In a history of their own: what they have, they had before. */
const askedByOld = async ({ fleet, shop }: RunningSale, numbers: readonly number[]): Promise<Heard[]> => {
  await using oldShop = openShop(fleet.urls, shop.productId, createHistory());
  const asking = numbers.map((number, index) => oldShop.buy(index % 2, { userId: oldBuyer(number), quantity: 1 }));
  return await Promise.all(asking);
};

/** Known now, and refused without a word to Postgres. */
const askOldWhenLoaded = async (sale: RunningSale, numbers: readonly number[], lostAtMs: number) => {
  const { redis } = sale.scene;
  const loaded = async () => (await readHot(redis, sale.shop.productId, 2))?.buyersLoaded === true;
  await until("the buyers are loaded", loaded, { timeoutMs: 120_000, everyMs: 50 });
  const loadedMs = Date.now() - lostAtMs;
  return { loadedMs, heard: await askedByOld(sale, numbers) };
};
