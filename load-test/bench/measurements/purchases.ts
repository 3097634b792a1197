import { startBareLoop, startEmbedded } from "../contestants/embedded.js";
import { startBaseline } from "../contestants/baseline.js";
import { startNullRoute } from "../contestants/null-route.js";
import { startOwnStack } from "../contestants/own-stack.js";
import { startProduct } from "../contestants/product.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { range, spread, type Spread } from "../statistics.js";
import { databaseUrl, startStores } from "../stores.js";
import { runInTurns, type Round } from "../turns/rounds.js";
import { laneOf, lanesTable, perSecond, ratio, totalCpu } from "../turns/summary.js";

const CONNECTIONS = [64, 8];
const EMBEDDED_AT_ONCE = 1_024;
/** Not the same for all: what counts is that a round lasts long enough for a clock of 10 ms. */
const BUYERS = { nullRoute: 16_000, ownStack: 12_000, baseline: 4_000, product: 12_000, embedded: 24_000 };
const QUICK_BUYERS = { nullRoute: 8_000, ownStack: 6_000, baseline: 600, product: 3_000, embedded: 6_000 };

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const buyers = quick ? QUICK_BUYERS : BUYERS;
  await using stores = await startStores(["baseline", "product", "own_stack", "embedded", "bare_loop"]);
  await stores.checkDurable();
  const url = (name: string): string => databaseUrl(stores.postgres, name);
  // One after the other, and each at rest before the next starts.
  await using nullRoute = await startNullRoute();
  nullRoute.pause();
  await using baseline = await startBaseline(stores.redisUrl(1), url("baseline"));
  baseline.pause();
  await using product = await startProduct(stores.redisUrl(2), url("product"));
  product.selling.pause();
  await using ownStack = await startOwnStack(stores.redisUrl(3), url("own_stack"), "purchased");
  ownStack.purchase.pause();
  await using embedded = await startEmbedded(stores.redisUrl(4), url("embedded"));
  embedded.pause();
  await using bareLoop = await startBareLoop(stores.redisUrl(5), url("bare_loop"));
  bareLoop.pause();

  const overHttp = CONNECTIONS.flatMap((atOnce) => [
    { contestant: nullRoute, atOnce, buyers: buyers.nullRoute },
    { contestant: ownStack.purchase, atOnce, buyers: buyers.ownStack },
    { contestant: product.selling, atOnce, buyers: buyers.product },
    { contestant: baseline, atOnce, buyers: buyers.baseline },
  ]);
  const inProcess = [bareLoop, embedded].map((contestant) => ({
    contestant,
    atOnce: EMBEDDED_AT_ONCE,
    buyers: buyers.embedded,
  }));
  const rounds = await runInTurns([...overHttp, ...inProcess], quick ? 3 : 7, stores, say);
  await stores.checkDurable();
  return findingsOf(rounds);
};

const findingsOf = (rounds: readonly Round[]): Findings => {
  const [most = 0] = CONNECTIONS;
  const [nulls, stacks, products, baselines] = ["null route", "own stack, purchased", "product", "baseline"].map(
    (name) => laneOf(rounds, name, most),
  ) as [Round[], Round[], Round[], Round[]];
  const embedded = laneOf(rounds, "embedded", EMBEDDED_AT_ONCE);
  const bare = laneOf(rounds, "bare loop", EMBEDDED_AT_ONCE);

  // What the product adds to its own stack, over a null route that it has in common with it.
  const purchaseCpu = spread(
    products.map((round, turn) => {
      const [nullRoute, stack] = [nulls[turn] ?? round, stacks[turn] ?? round];
      return (totalCpu(round) - totalCpu(stack) + totalCpu(nullRoute)) / totalCpu(nullRoute);
    }),
  );
  const figures = {
    "CPU: product less its own middleware / null route": purchaseCpu,
    "CPU: product / null route": ratio(products, nulls, totalCpu),
    "CPU: own stack / null route": ratio(stacks, nulls, totalCpu),
    "CPU: baseline / product": ratio(baselines, products, totalCpu),
    "a second: product / null route": ratio(products, nulls, perSecond),
    "a second: product / baseline": ratio(products, baselines, perSecond),
    "a second: embedded / bare loop": ratio(embedded, bare, perSecond),
  };
  const perEmbedded = spread(embedded.map(perSecond));
  return { targets: targetsOf(figures, perEmbedded), tables: [lanesTable("Purchases", rounds, NOTE)], figures };
};

const targetsOf = (
  figures: Record<
    | "CPU: product less its own middleware / null route"
    | "CPU: product / null route"
    | "CPU: own stack / null route"
    | "CPU: baseline / product"
    | "a second: product / null route"
    | "a second: product / baseline"
    | "a second: embedded / bare loop",
    Spread
  >,
  perEmbedded: Spread,
): Findings["targets"] => {
  const purchase = figures["CPU: product less its own middleware / null route"];
  const baseline = figures["CPU: baseline / product"];
  const toNull = figures["a second: product / null route"];
  const toBaseline = figures["a second: product / baseline"];
  const toBare = figures["a second: embedded / bare loop"];
  return [
    {
      work: "durable purchase over HTTP, CPU of node + Redis + PostgreSQL",
      target: "≤ 2.0 × the bare null route, the product's own middleware apart; ≤ 1/8 of the baseline",
      measured: `${range(purchase)} ×, with the middleware ${range(figures["CPU: product / null route"])} × (it alone ${range(figures["CPU: own stack / null route"])} ×); baseline ${range(baseline)} × the product`,
      met: purchase.median <= 2 && baseline.median >= 8,
    },
    {
      work: "durable purchases a second over HTTP, 64 connections",
      target: "≥ 0.6 × the bare null route; ≥ 8 × the baseline",
      measured: `${range(toNull)} × the null route; ${range(toBaseline)} × the baseline`,
      met: toNull.median >= 0.6 && toBaseline.median >= 8,
    },
    {
      work: "embedded, real stores, 1,024 buyers at once",
      target: "≥ 0.8 × a bare loop over the same script and commit function",
      measured: `${range(toBare)} ×; ${range(perEmbedded)} purchases a second`,
      met: toBare.median >= 0.8,
    },
  ];
};

const NOTE = `- **null route**: Koa, its router, its body parser and a handler that answers at once. Nothing is sold.
- **own stack**: the product's whole app over use cases that answer at once: what its middleware costs.
- **product**: \`flash-sale serve\`, one process, as it comes.
- **baseline**: the seed's flow step by step, a round trip each: lock, stock, prior purchase, \`DECRBY\`, \`BEGIN\`, \`INSERT\`, \`COMMIT\`,
  \`sold_quantity\`, unlock; ten connections to PostgreSQL.
- **embedded**: \`createFlashSale\` over the same stores, in process, without HTTP.
- **bare loop**: the same script and the same commit function, driven without the library: chunk after chunk is admitted, committed and
  confirmed.

CPU is user and system time of each process with its children, over the requests of a round; the client's own is shown beside it, not
added. The loop is closed (each buyer waits for the answer before the next one buys), so it says nothing about latency.`;

export const purchases: Measurement = {
  name: "purchases",
  about: "A durable purchase, beside a null route, the plain way and a bare loop",
  minutes: 4,
  isQuick: true,
  measure,
};
