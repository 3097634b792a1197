import { startNullRoute } from "../contestants/null-route.js";
import { startProduct } from "../contestants/product.js";
import { capacityOf } from "../latency/capacity.js";
import { offerFromAfar } from "../latency/far.js";
import { latencyFindings } from "../latency/findings.js";
import { line, offerLoad, type OfferedRound } from "../latency/offer.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { range } from "../statistics.js";
import { databaseUrl, startStores } from "../stores.js";

const FULL = {
  loads: [0.25, 0.5, 0.75, 1, 1.5, 2],
  commitsMs: [1, 2, 5],
  turns: 5,
  seconds: 3,
  buyers: { nullRoute: 32_000, product: 16_000 },
};
const QUICK = {
  loads: [0.5, 1, 2],
  commitsMs: [1, 5],
  turns: 1,
  seconds: 2,
  buyers: { nullRoute: 8_000, product: 4_000 },
};

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const { loads, commitsMs, turns, seconds, buyers } = quick ? QUICK : FULL;
  await using stores = await startStores(["product", "far", "trials"]);
  await stores.checkDurable();
  await using nullRoute = await startNullRoute();
  nullRoute.pause();
  await using product = await startProduct(stores.redisUrl(1), databaseUrl(stores.postgres, "product"));
  product.selling.pause();

  const contestants = [
    { contestant: nullRoute, capacity: await capacityOf(nullRoute, buyers.nullRoute) },
    { contestant: product.selling, capacity: await capacityOf(product.selling, buyers.product) },
  ];
  for (const { contestant, capacity } of contestants) say(`${contestant.name}: capacity ${range(capacity)} a second`);

  const rounds: OfferedRound[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const load of loads) {
      for (const { contestant, capacity } of contestants) {
        const perSecond = capacity.median * load;
        const round = await offerLoad({ contestant, load, perSecond, seconds });
        rounds.push(round);
        say(`turn ${String(turn)}/${String(turns)}  ${line(round)}`);
      }
    }
  }
  const perSecond = (contestants[1]?.capacity.median ?? 0) / 2;
  const room = { database: "far", trialDatabase: "trials", redisDatabase: 2 };
  const far = await offerFromAfar(stores, { ...room, commitsMs, perSecond, seconds, turns, nullRoute }, say);
  await stores.checkDurable();
  const capacities = contestants.map(({ contestant, capacity }) => ({ name: contestant.name, capacity }));
  return latencyFindings({ capacities, loads, rounds, far });
};

export const latency: Measurement = {
  name: "latency",
  about: "Latency in an open loop, up to twice the capacity, and with stores that are further away",
  minutes: 9,
  measure,
};
