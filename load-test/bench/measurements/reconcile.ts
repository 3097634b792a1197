import { flashSale } from "../../api.js";
import { runCommand, type CommandCost } from "../command.js";
import { startProduct } from "../contestants/product.js";
import { number, openDatabase, text } from "../database.js";
import { fillOrders } from "../growth/fill.js";
import { untilLoaded, watchLoading } from "../growth/loading.js";
import { requireRoom } from "../growth/room.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { watchSnapshots, type Ages } from "../snapshots.js";
import { range, short, spread } from "../statistics.js";
import { databaseUrl, startStores } from "../stores.js";

const PRODUCTS = 1_000;
/** Of each product. */
const FEW = 100;
const MANY = 1_000;
const QUICK_FEW = 10;
const QUICK_MANY = 100;

/** Products that are rebuilt at once. All of them would keep each other waiting for PostgreSQL until some give up. */
const AT_ONCE = 100;

const WITHIN_S = 10;
const SNAPSHOT_WITHIN_MS = 1_000;
const GROWS_BY = 1.2;

type Env = Record<"REDIS_URL" | "DATABASE_URL", string>;

interface Run extends Ages, Pick<CommandCost, "seconds" | "peakBytes"> {
  /** In all. */
  readonly orders: number;
}

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const [few, many] = quick ? [QUICK_FEW, QUICK_MANY] : [FEW, MANY];
  requireRoom(PRODUCTS * many);
  await using stores = await startStores(["shop"]);
  await stores.checkDurable();
  const [redisUrl, url] = [stores.redisUrl(1), databaseUrl(stores.postgres, "shop")];
  const env = { REDIS_URL: redisUrl, DATABASE_URL: url };
  await using _api = await startProduct(redisUrl, url);
  await flashSale(["seed", "--products", String(PRODUCTS), "--quantity", String(2 * many), "--duration", "24h"], env);

  const reconcileAgain = async (from: number, to: number, times: number): Promise<Run[]> => {
    await fillOrders(url, { from, to, say });
    await rebuildAll(env, say);
    const runs: Run[] = [];
    while (runs.length < times) {
      const run = await reconcileOnce(url, env);
      say(line(run));
      runs.push(run);
    }
    return runs;
  };
  const atFew = await reconcileAgain(1, few, 3);
  const atMany = await reconcileAgain(few + 1, many, quick ? 3 : 5);
  await stores.checkDurable();
  return findingsOf(atFew, atMany);
};

/** What the inventories know is wrong after a filling: each is made anew, and the API loads its buyers. */
const rebuildAll = async (env: Env, say: Settings["say"]): Promise<void> => {
  await using database = await openDatabase(env.DATABASE_URL);
  await using loading = await watchLoading(env.REDIS_URL, env.DATABASE_URL);
  const ids = (await database.ask("select id from products order by id")).map((row) => text(row, "id"));
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    await flashSale(["rebuild", ...ids.slice(from, from + AT_ONCE)], env);
    await untilLoaded(loading, { sinceMs: performance.now(), say });
    say(`${String(Math.min(from + AT_ONCE, ids.length))} of ${String(ids.length)} products know their buyers`);
  }
};

const reconcileOnce = async (url: string, env: Env): Promise<Run> => {
  const { ages, result } = await watchSnapshots(url, () => runCommand(["reconcile"], env));
  const { seconds, peakBytes, output } = result;
  // It must have looked at all of them, and have found what was put in.
  if (!output.includes(`${String(PRODUCTS)} checked, 0 with drift`))
    throw new Error(`flash-sale reconcile did not find all sound:\n${output}`);
  await using database = await openDatabase(url);
  const orders = number(await database.askForRow("select count(*) as orders from orders"), "orders");
  return { ...ages, seconds, peakBytes, orders };
};

const line = (run: Run): string =>
  `${run.orders.toLocaleString("en-US")} orders reconciled in ${run.seconds.toFixed(1)} s, ` +
  `${short(run.peakBytes / 1e6)} MB, the oldest snapshot ${run.snapshotMs.toFixed(0)} ms`;

const findingsOf = (atFew: readonly Run[], atMany: readonly Run[]): Findings => {
  const of = (runs: readonly Run[], value: (run: Run) => number) => spread(runs.map(value));
  const seconds = of(atMany, (run) => run.seconds);
  const snapshot = of(atMany, (run) => run.snapshotMs);
  const [fewMegabytes, manyMegabytes] = [atFew, atMany].map((runs) => of(runs, ({ peakBytes }) => peakBytes / 1e6)) as [
    ReturnType<typeof spread>,
    ReturnType<typeof spread>,
  ];
  const growth = manyMegabytes.median / fewMegabytes.median;
  const orders = atMany[0]?.orders.toLocaleString("en-US") ?? "";
  return {
    targets: [
      {
        work: `reconcile ${orders} orders over ${PRODUCTS.toLocaleString("en-US")} products`,
        target: "≤ 10 s, constant memory, no snapshot above 1 s",
        measured:
          `${range(seconds)} s; ${range(manyMegabytes)} MB, ${growth.toFixed(2)} × those at a tenth of the orders; ` +
          `the oldest snapshot ${short(snapshot.max)} ms`,
        met: seconds.median <= WITHIN_S && growth <= GROWS_BY && snapshot.max <= SNAPSHOT_WITHIN_MS,
      },
    ],
    tables: [
      {
        title: "flash-sale reconcile, beside an API without buyers",
        head: ["orders", "s", "orders a second", "resident MB at most", "oldest snapshot ms", "oldest transaction ms"],
        rows: [atFew, atMany].map((runs) => [
          runs[0]?.orders.toLocaleString("en-US") ?? "",
          range(of(runs, (run) => run.seconds)),
          range(of(runs, (run) => run.orders / run.seconds)),
          range(of(runs, (run) => run.peakBytes / 1e6)),
          range(of(runs, (run) => run.snapshotMs)),
          range(of(runs, (run) => run.transactionMs)),
        ]),
        note: "The time is that of the whole process. Ages were looked at every 50 ms, of all sessions of the database, the API's among them.",
      },
    ],
    figures: {
      [`reconcile: s, ${orders} orders`]: seconds,
      [`reconcile: resident MB at most, ${orders} orders`]: manyMegabytes,
      [`reconcile: oldest snapshot ms, ${orders} orders`]: snapshot,
    },
  };
};

export const reconcile: Measurement = {
  name: "reconcile",
  about: "Reconciling a million orders over a thousand products",
  minutes: 4,
  measure,
};
