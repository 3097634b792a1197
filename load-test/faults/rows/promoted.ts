import { readHot } from "../facts.js";
import { createLookout } from "../lookout.js";
import { startRedisWays } from "../redis-ways.js";
import { startReplicatedPair } from "../replicated-pair.js";
import type { Row } from "../row.js";
import { openSale } from "../sale.js";
import { until } from "../wait.js";
import { healedAndSound, inFullSwing, ledgerOf } from "./incidents.js";
import { WITHOUT_REPLID } from "./redis-guards.js";

const NODES = 2;

/** A replica that has not seen the last sales takes the place of its master: old stock, under the same epoch. */
export const promoted: Row = {
  name: "4",
  about: "a stale replica is promoted",
  how: "a proxy holds the replication back, then kill -9 of the master and REPLICAOF NO ONE",
  mustHold: "I1",
  controls: [WITHOUT_REPLID],
  async run(stage, options) {
    const planned = options.scale.strikes;
    let over = 0;
    const unseen: number[] = [];
    const believed: number[] = [];
    let noticed = 0;
    const drift: string[] = [];
    const lookout = createLookout(options.sabotage?.edits);
    await using pair = await startReplicatedPair();
    await using ways = await startRedisWays(pair.port, NODES, lookout.onAnswer);
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 12,
      redis: ways,
      incidents: { planned, over: () => over },
    });
    const { shop, random } = sale;

    for (; over < planned; over += 1) {
      await pair.follow();
      await inFullSwing(sale, options.scale.units, { planned, over });
      pair.freeze();
      const soldMore = shop.history.sold() + 5 + random.below(10);
      await until("more is sold", () => shop.history.sold() >= soldMore);
      await pair.promote();
      const { epoch, committed } = await ledgerOf(sale);
      lookout.begin(epoch);
      const old = await readHot(pair.redis, shop.productId, epoch);
      unseen.push(committed - (old?.purchased ?? committed));
      const promotedAtMs = Date.now();
      ways.leadTo(pair.port);
      drift.push(...(await healedAndSound(sale, promotedAtMs)));
      if ((await ledgerOf(sale)).epoch !== epoch) noticed += 1;
      believed.push(lookout.believed());
    }
    return await sale.finish({
      struck: { "promoted, units unseen": unseen.filter((units) => units > 0).length },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: {
        "units sold that it had not seen": unseen,
        "noticed before the next 201": { seen: noticed, of: planned },
        "holds it gave before it was noticed": believed,
      },
      alsoWrong: () => drift,
    });
  },
};
