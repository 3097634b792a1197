import { setTimeout as sleep } from "node:timers/promises";
import { openAdmin, type Admin } from "./admin.js";
import type { Fleet } from "./api-fleet.js";
import { openShop, type Shop } from "./buyer.js";
import { startChanging, type Changing } from "./changing.js";
import { check } from "./checkers.js";
import { createCleanUp } from "./clean-up.js";
import { sellOut, startCrowd } from "./crowd.js";
import { readFacts } from "./facts.js";
import { createHistory } from "./history.js";
import { rebuildsOf } from "./lives.js";
import type { Random } from "./random.js";
import { becomesQuiet, createProduct, unitsLeft } from "./sale.js";
import type { Scene } from "./stage.js";
import { until } from "./wait.js";
import { startWitness, type Witness } from "./witness.js";

/** One sale of a long run: with all that was seen of it, which goes with it. So the harness stays small however long the run. */
export interface LongSale {
  readonly shop: Shop;
  readonly admin: Admin;
  readonly changing: Changing;
  readonly witness: Witness;
  /** Sells out, waits until it is quiet, checks everything, and ends the sale. */
  finish(): Promise<SaleSeen>;
}

export interface SaleSeen {
  readonly answered201: number;
  readonly voids: number;
  readonly rebuilds: number;
  readonly looks: number;
  readonly longestHeldMs: number;
  readonly violations: readonly string[];
}

const CLIENTS = 12;
const FIRST_UNITS = 600;
/** So many are left at least while it goes on. */
const NEVER_FEWER_THAN = 300;
const LIMIT = 3;

export const openLongSale = async (scene: Scene, fleet: Fleet, random: Random): Promise<LongSale> => {
  const disposal = createCleanUp();
  const productId = await createProduct(fleet.urls[0] ?? "", FIRST_UNITS, LIMIT);
  const shop = disposal.use(openShop(fleet.urls, productId, createHistory()));
  const admin = openAdmin(fleet.urls, shop);
  const changing = startChanging(admin, shop, random, FIRST_UNITS);
  const witness = startWitness(scene.pool, scene.redis, productId);
  disposal.defer(() => witness.stop());
  // No more than a trickle: what counts is how long and what strikes, not how much.
  const crowd = startCrowd(shop, { random, clients: CLIENTS, maxQuantity: 2, budget: () => -1 });
  disposal.defer(() => crowd.stop());
  const left = (): Promise<number> => unitsLeft(scene.pool, productId);

  let ending = false;
  const raising = (async () => {
    while (!ending) {
      const enough = await left().then(
        (units) => units >= NEVER_FEWER_THAN,
        () => true,
      );
      if (!enough) await changing.raise(NEVER_FEWER_THAN);
      await sleep(200);
    }
  })();
  disposal.defer(async () => {
    ending = true;
    await raising;
  });

  return {
    shop,
    admin,
    changing,
    witness,
    async finish() {
      ending = true;
      await raising;
      await crowd.stop();
      await changing.settle();
      const tooLate = await sellOut(shop, { clients: 8, limit: LIMIT, unitsLeft: left });
      const quiet = await becomesQuiet(scene, productId);
      const users = [...new Set(shop.history.asked.map(({ userId }) => userId))];
      const facts = await readFacts(scene.pool, scene.redis, productId, users);
      const violations = [
        ...check(shop.history.asked, facts, { cancels: shop.history.cancels }),
        ...witness.violations,
        ...quiet,
        ...(await changing.check(scene.pool)),
        ...(facts.committed === facts.total
          ? []
          : [`I5: ${String(facts.total - facts.committed)} units could not be sold`]),
        ...(tooLate.kind === "refused" ? [] : [`I5: after the last unit: ${JSON.stringify(tooLate)}`]),
      ];
      // A sale that is over is not built anew any more when all is lost.
      await until("the sale is ended", async () => {
        const heard = await admin.change(0, { saleEndAt: new Date(Date.now() - 1).toISOString() });
        return heard.kind === "done";
      });
      await disposal.run();
      return {
        answered201: shop.history.sold(),
        voids: facts.voids,
        rebuilds: rebuildsOf(scene.events, productId, witness),
        looks: witness.looks(),
        longestHeldMs: witness.longestHeldMs(),
        violations: violations.map((violation) => `${violation} (product ${productId})`),
      };
    },
  };
};
