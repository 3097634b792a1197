import pg from "pg";
import { startNullRoute } from "../contestants/null-route.js";
import { startProduct, type Product } from "../contestants/product.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { buyCold, type ColdProducts, type Turn } from "../products/cold-buyers.js";
import { productsFindings } from "../products/findings.js";
import { busyNullRoute, hotProduct, otherShop, type Neighbour } from "../products/neighbours.js";
import { short } from "../statistics.js";
import { databaseUrl, startStores, type Stores } from "../stores.js";

const COLD_PRODUCTS = 999;
const UNITS = 100_000;
/** Every product is met for the first time. */
const WARM_UP_S = 5;

const urlOf = (stores: Stores): string => databaseUrl(stores.postgres, "product");
const start = (stores: Stores): Promise<Product> => startProduct(stores.redisUrl(1), urlOf(stores));

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  await using stores = await startStores(["product"]);
  await using otherStores = await startStores(["product"]);
  for (const each of [stores, otherStores]) await each.checkDurable();
  await using nullRoute = await startNullRoute();
  nullRoute.pause();
  await using other = await start(otherStores);
  const elsewhere = await otherShop(other.selling);
  elsewhere.pause();
  await using shop = await start(stores);
  const hot = await hotProduct(shop.selling);

  say(`${String(COLD_PRODUCTS)} products are put on sale`);
  const productIds: string[] = [];
  for (let opened = 0; opened < COLD_PRODUCTS; opened += 1) productIds.push(await shop.selling.open(UNITS));
  const servers = [shop.pid, stores.redis.pid, stores.postgres.pid];
  const others = [nullRoute.pid, other.pid, otherStores.redis.pid, otherStores.postgres.pid];
  const cold = { shop: shop.selling, productIds, pids: [...servers, ...others] };
  const neighbours = [null, hot, busyNullRoute(nullRoute), elsewhere];
  const turns = await runTurns(cold, neighbours, { quick, say }, (sold) => checkCold(urlOf(stores), cold, sold));
  for (const each of [stores, otherStores]) await each.checkDurable();
  return productsFindings(turns);
};

/** All neighbours in turns, after one turn each that is not counted. */
const runTurns = async (
  cold: ColdProducts,
  neighbours: readonly (Neighbour | null)[],
  { quick, say }: Settings,
  check: (soldInAll: number) => Promise<void>,
): Promise<Turn[]> => {
  const [rounds, seconds] = quick ? [1, 3] : [5, 20];
  const measured: Turn[] = [];
  let soldInAll = 0;
  for (let round = 0; round <= rounds; round += 1) {
    for (const neighbour of neighbours) {
      const turn = await buyCold(cold, neighbour, round === 0 ? WARM_UP_S : seconds);
      soldInAll += turn.sold;
      await check(soldInAll);
      if (round > 0) measured.push(turn);
      say(`${round === 0 ? "warm-up" : `round ${String(round)}/${String(rounds)}`}  ${line(turn)}`);
    }
  }
  return measured;
};

const line = ({ beside, cold, hotPerSecond, cores }: Turn): string =>
  `beside ${beside ?? "nothing"}: p99 ${short(cold.all.p99Ms)} ms, ${hotPerSecond.toFixed(0)}/s hot, ${short(cores)} cores`;

/** Throws where the orders of all cold products are not so many. */
const checkCold = async (url: string, { productIds }: ColdProducts, soldInAll: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url, query_timeout: 60_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ orders: unknown }>(
      "SELECT count(*) AS orders FROM orders WHERE product_id = any($1::uuid[]) AND status = 'confirmed'",
      [productIds],
    );
    const orders = Number(rows[0]?.orders);
    if (orders !== soldInAll)
      throw new Error(`cold products: ${String(soldInAll)} answers 201 so far, but ${String(orders)} orders`);
  } finally {
    await client.end();
  }
};

export const products: Measurement = {
  name: "products",
  about: "A thousand products at once, one of them hot",
  minutes: 12,
  measure,
};
