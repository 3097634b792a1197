import { startProduct } from "../contestants/product.js";
import { openDatabase } from "../database.js";
import { exportOrders, type ExportCost } from "../growth/export.js";
import { fillOrders } from "../growth/fill.js";
import { startGrownSale } from "../growth/grown-sale.js";
import { countNewer } from "../growth/orders-at-rest.js";
import { rebuildAgainAndAgain, type Rebuilds } from "../growth/rebuilds.js";
import { rebuildFindings } from "../growth/rebuild-findings.js";
import { requireRoom } from "../growth/room.js";
import { measureWal } from "../growth/wal-course.js";
import { walFindings } from "../growth/wal-findings.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { range, short, spread } from "../statistics.js";
import { databaseUrl, startStores, type Stores } from "../stores.js";
import { runInTurns, type Round } from "../turns/rounds.js";
import { laneOf, lanesTable, ratio, totalCpu } from "../turns/summary.js";

const FEW = 1_000;
const MANY = 10_000_000;
const QUICK_MANY = 100_000;
/** For all that buys beside and afterwards. */
const UNITS_LEFT = 2_000_000;
const AT_ONCE = 64;
const WAL = { stretches: 15, purchases: 10_000 };
const QUICK_WAL = { stretches: 4, purchases: 2_000 };
const [FEW_REDIS, MANY_REDIS] = [1, 2];

const named = (orders: number): string => orders.toLocaleString("en-US");
const soFar = (orders: number): string => `${named(orders)} buyers so far`;

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const orders = quick ? QUICK_MANY : MANY;
  requireRoom(orders);
  await using stores = await startStores(["few", "many"]);
  await stores.checkDurable();
  const { productId, rebuilds, exported } = await fillAndRebuild(stores, orders, say);

  // Both of them anew, so that neither has more behind it than the other.
  const url = (name: string): string => databaseUrl(stores.postgres, name);
  const few = { name: soFar(FEW), has: { buyers: FEW } };
  await using fewSale = await startGrownSale(stores.redisUrl(FEW_REDIS), url("few"), few);
  fewSale.contestant.pause();
  const many = { name: soFar(orders), has: { productId, buysFirst: FEW } };
  await using manySale = await startGrownSale(stores.redisUrl(MANY_REDIS), url("many"), many);
  manySale.contestant.pause();
  const sales = [fewSale, manySale];
  const buyers = quick ? 4_000 : 12_000;
  const lanes = sales.map(({ contestant }) => ({ contestant, atOnce: AT_ONCE, buyers }));
  const rounds = await runInTurns(lanes, quick ? 3 : 7, stores, say);

  const plan = { adminUrl: stores.postgres.adminUrl, say, ...(quick ? QUICK_WAL : WAL) };
  const courses = [];
  for (const sale of sales) courses.push(await measureWal(sale, plan));
  await stores.checkDurable();
  return together([
    cpuFindings(rounds, orders),
    walFindings(courses),
    rebuildFindings(rebuilds, named(orders)),
    exportFindings(exported),
  ]);
};

/** A product with so many orders: its hot store is lost and loaded again, and its orders are exported. */
const fillAndRebuild = async (
  stores: Stores,
  orders: number,
  say: Settings["say"],
): Promise<{ productId: string; rebuilds: Rebuilds; exported: ExportCost }> => {
  const urls = { redisUrl: stores.redisUrl(MANY_REDIS), databaseUrl: databaseUrl(stores.postgres, "many") };
  await using product = await startProduct(urls.redisUrl, urls.databaseUrl);
  const productId = await product.selling.open(orders + UNITS_LEFT);
  product.selling.pause();
  await fillOrders(urls.databaseUrl, { from: 1, to: orders, say });
  product.selling.resume();
  const rebuilds = await rebuildAgainAndAgain({
    ...urls,
    redisPid: stores.redis.pid,
    product,
    productId,
    orders,
    say,
  });

  await using database = await openDatabase(urls.databaseUrl);
  const sold = await countNewer(database, productId, orders);
  if (sold !== rebuilds.sold) throw new Error(`${named(rebuilds.sold)} answers, and ${named(sold)} orders`);
  say(`exporting ${named(orders + sold)} orders`);
  const env = { REDIS_URL: urls.redisUrl, DATABASE_URL: urls.databaseUrl };
  return { productId, rebuilds, exported: await exportOrders({ productId, orders: orders + sold }, env) };
};

const cpuFindings = (rounds: readonly Round[], orders: number): Findings => {
  const cpu = ratio(laneOf(rounds, soFar(orders), AT_ONCE), laneOf(rounds, soFar(FEW), AT_ONCE), totalCpu);
  const work = `one product, ${named(FEW)} then ${named(orders)} buyers so far`;
  return {
    targets: [{ work, target: "CPU a purchase within 30 %", measured: `${range(cpu)} ×`, met: cpu.median <= 1.3 }],
    tables: [lanesTable("A purchase, by how many bought before", rounds, CPU_NOTE)],
    figures: { [`CPU: ${soFar(orders)} / ${soFar(FEW)}`]: cpu },
  };
};

const CPU_NOTE = `Two sales side by side, each with an API and a database of its own, in turns; buyers have random ids of 36 characters. Each round begins with a
checkpoint, so that PostgreSQL logs the first change of every page with the whole page: with many buyers nearly every purchase is the first on
its page of the index of buyers.`;

const exportFindings = ({ rows, seconds, peakBytes, fileBytes }: ExportCost): Findings => {
  const perSecond = rows / seconds;
  const megabytes = peakBytes / 1e6;
  const work = `export ${named(rows)} orders`;
  return {
    targets: [
      {
        work,
        target: "≥ 100,000 rows/s, ≤ 150 MB resident",
        measured: `${named(Math.round(perSecond))} rows/s, ${short(megabytes)} MB`,
        met: perSecond >= 100_000 && megabytes <= 150,
      },
    ],
    tables: [
      {
        title: "flash-sale orders export, as CSV",
        head: ["orders", "s", "rows a second", "file MB", "resident MB at most"],
        rows: [[named(rows), short(seconds), perSecond.toFixed(0), short(fileBytes / 1e6), short(megabytes)]],
      },
    ],
    figures: { "export: rows a second": spread([perSecond]), "export: resident MB at most": spread([megabytes]) },
  };
};

const together = (parts: readonly Findings[]): Findings => ({
  targets: parts.flatMap(({ targets }) => targets),
  tables: parts.flatMap(({ tables }) => tables),
  charts: parts.flatMap(({ charts = [] }) => charts),
  figures: Object.assign({}, ...parts.map(({ figures }) => figures)) as Findings["figures"],
});

export const growth: Measurement = {
  name: "growth",
  about: "One product with 1,000 and with 10,000,000 buyers so far; its rebuild, and an export of all its orders",
  minutes: 20,
  measure,
};
