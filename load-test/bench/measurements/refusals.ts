import { startOwnStack } from "../contestants/own-stack.js";
import { startProduct } from "../contestants/product.js";
import type { Findings, Measurement, Settings } from "../measurement.js";
import { range } from "../statistics.js";
import { databaseUrl, startStores } from "../stores.js";
import { runInTurns } from "../turns/rounds.js";
import { laneOf, lanesTable, perSecond, ratio, totalCpu } from "../turns/summary.js";

const AT_ONCE = 64;
const REQUESTS = 16_000;
const QUICK_REQUESTS = 6_000;

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  await using stores = await startStores(["product", "own_stack"]);
  await stores.checkDurable();
  await using product = await startProduct(stores.redisUrl(1), databaseUrl(stores.postgres, "product"));
  product.selling.pause();
  await using ownStack = await startOwnStack(stores.redisUrl(2), databaseUrl(stores.postgres, "own_stack"), "sold-out");
  ownStack.purchase.pause();

  const contestants = [ownStack.purchase, product.soldOut, ownStack.status, product.status];
  const lanes = contestants.map((contestant) => ({
    contestant,
    atOnce: AT_ONCE,
    buyers: quick ? QUICK_REQUESTS : REQUESTS,
  }));
  const rounds = await runInTurns(lanes, quick ? 3 : 7, stores, say);
  const lane = (name: string) => laneOf(rounds, name, AT_ONCE);
  const soldOut = ratio(lane("sold out"), lane("own stack, sold-out"), perSecond);
  const status = ratio(lane("sale status"), lane("own stack, status"), perSecond);
  return {
    targets: [
      {
        work: "refused because sold out (no key)",
        target: "≥ 0.95 × the product's own stack with an empty handler",
        measured: `${range(soldOut)} ×`,
        met: soldOut.median >= 0.95,
      },
      {
        work: "sale status",
        target: "≥ 0.95 × the product's own stack with an empty handler",
        measured: `${range(status)} ×`,
        met: status.median >= 0.95,
      },
    ],
    tables: [lanesTable("Refusals and looks", rounds)],
    figures: {
      "a second: sold out / own stack": soldOut,
      "a second: sale status / own stack": status,
      "CPU: sold out / own stack": ratio(lane("sold out"), lane("own stack, sold-out"), totalCpu),
      "CPU: sale status / own stack": ratio(lane("sale status"), lane("own stack, status"), totalCpu),
    },
  };
};

export const refusals: Measurement = {
  name: "refusals",
  about: "Refused because sold out, and the sale's status, beside the product's own stack over an empty use case",
  minutes: 2,
  isQuick: true,
  measure,
};
