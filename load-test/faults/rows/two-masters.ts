import { request } from "undici";
import { startRedis } from "../../servers/redis.js";
import { ADMIN_KEY } from "../api-fleet.js";
import { createLookout } from "../lookout.js";
import { startRedisWays } from "../redis-ways.js";
import type { Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { healedAndSound, inFullSwing, ledgerOf } from "./incidents.js";
import { REBUILDS_WITHOUT_LOCK, WITHOUT_EPOCH, WITHOUT_EPOCH_ONE_BY_ONE } from "./redis-guards.js";
import { rememberMemory } from "./redis-memory.js";

const NODES = 2;

/** Two Redis servers: the API processes reach now the one, now the other, or each its own; and one that has an old memory. */
export const twoMasters: Row = {
  name: "5",
  about: "Redis goes to an old state and comes back (A, B, A); two masters at once; an old memory, same replication id",
  how: "proxies; DUMP and RESTORE",
  mustHold: "I1, I5",
  controls: [WITHOUT_EPOCH, WITHOUT_EPOCH_ONE_BY_ONE, REBUILDS_WITHOUT_LOCK],
  async run(stage, options) {
    const rounds = Math.ceil(options.scale.strikes / 2);
    const planned = rounds * 4;
    let over = 0;
    const moves = { made: 0, noticed: 0, believed: [] as number[] };
    const splits = { made: 0, rebuilds: [] as number[], believed: [] as number[] };
    const old = { made: 0, unseen: [] as number[], believed: [] as number[], byLedger: 0, byReconcile: 0 };
    const drift: string[] = [];
    const lookout = createLookout(options.sabotage?.edits);

    await using a = await startRedis();
    await using b = await startRedis();
    await using ways = await startRedisWays(a.port, NODES, lookout.onAnswer);
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 12,
      redis: ways,
      incidents: { planned, over: () => over },
    });
    const { scene, shop, random } = sale;

    async function begin(): Promise<number> {
      await inFullSwing(sale, options.scale.units, { planned, over });
      const { epoch } = await ledgerOf(sale);
      lookout.begin(epoch);
      return epoch;
    }
    const hasMoved = async (from: number): Promise<boolean> => (await ledgerOf(sale)).epoch !== from;

    /** Everybody goes to the other server, which has what it had when it was left. */
    async function moveTo(port: number): Promise<void> {
      const epoch = await begin();
      ways.leadTo(port);
      drift.push(...(await healedAndSound(sale, Date.now())));
      moves.believed.push(lookout.believed());
      if (await hasMoved(epoch)) moves.noticed += 1;
      moves.made += 1;
      over += 1;
    }

    /** One process at each: what the one puts in service takes the ledger's epoch away from the other, and so on. */
    async function splitInTwo(): Promise<void> {
      const epoch = await begin();
      ways.nodes[random.below(NODES)]?.leadTo(b.port);
      const rebuilds = async (): Promise<number> => (await ledgerOf(sale)).epoch - epoch;
      const both = until("both have rebuilt", async () => (await rebuilds()) >= 2, { timeoutMs: 5_000 });
      splits.made += await both.then(
        () => 1,
        () => 0,
      );
      splits.rebuilds.push(await rebuilds());
      splits.believed.push(lookout.believed());
      ways.leadTo(a.port);
      drift.push(...(await healedAndSound(sale, Date.now())));
      over += 1;
    }

    /** All is as it was some sales ago, the replication id too: nothing but the ledger can tell. */
    async function forget(isLast: boolean): Promise<void> {
      let epoch = await begin();
      let memory = await rememberMemory(scene.redis, shop.productId, epoch);
      const soldMore = shop.history.sold() + 5 + random.below(10);
      await until("more is sold", () => shop.history.sold() >= soldMore);
      while (memory === null || (await hasMoved(epoch))) {
        ({ epoch } = await ledgerOf(sale));
        memory = await rememberMemory(scene.redis, shop.productId, epoch);
      }
      lookout.begin(epoch);
      await memory.comesBack(scene.redis);
      old.unseen.push((await ledgerOf(sale)).committed - memory.purchased);
      await sale.healed(Date.now());
      // The last one goes on to the last unit: by then the ledger must refuse.
      if (!isLast && !(await hasMoved(epoch))) {
        await reconcile(sale);
        old.byReconcile += 1;
      } else if (!isLast) old.byLedger += 1;
      if (!isLast) old.believed.push(lookout.believed());
      old.made += 1;
      over += 1;
    }

    for (let round = 1; round <= rounds; round += 1) {
      await moveTo(b.port);
      await moveTo(a.port);
      await splitInTwo();
      await forget(round === rounds);
    }
    const { epoch: lastEpoch } = await ledgerOf(sale);
    const report = await sale.finish({
      struck: {
        "moved to the other server and back": moves.made,
        "two masters at once": splits.made,
        "old memory": old.unseen.filter((units) => units > 0).length,
      },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      alsoWrong: ({ epoch }) => {
        if (epoch !== lastEpoch) old.byLedger += 1;
        old.believed.push(lookout.believed());
        return drift;
      },
    });
    return {
      ...report,
      notes: {
        ...report.notes,
        "moves noticed before the next 201": `${String(moves.noticed)} of ${String(moves.made)}`,
        "holds given by a server that was moved to before it was noticed": moves.believed.join(", "),
        "rebuilds while there were two": splits.rebuilds.join(", "),
        "holds given by the former master, of which the ledger refused what came late": splits.believed.join(", "),
        "units sold that the old memory had not seen": old.unseen.join(", "),
        "old memory found out by the ledger": `${String(old.byLedger)} of ${String(old.made)}`,
        "old memory found out by reconcile": `${String(old.byReconcile)} of ${String(old.made)}`,
        "holds that the old memory gave before": old.believed.join(", "),
      },
    };
  },
};

/** By hand, as an operator would; it must find something and mend it. */
const reconcile = async ({ fleet, shop }: RunningSale): Promise<void> => {
  const { statusCode, body } = await request(
    `${fleet.urls[0] ?? ""}/api/v1/admin/products/${shop.productId}/reconcile`,
    {
      method: "POST",
      headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY },
      body: JSON.stringify({ fix: true }),
    },
  );
  const answer = await body.text();
  if (statusCode !== 200 || !answer.includes('"fixed":true')) {
    throw new Error(`reconcile mended nothing: ${String(statusCode)} ${answer.slice(0, 300)}`);
  }
};
