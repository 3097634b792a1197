import { setTimeout as sleep } from "node:timers/promises";
import { openAdmin, type Admin } from "../admin.js";
import { startCommand } from "../command.js";
import { CORRUPTIONS, type Corruption } from "../corruptions.js";
import { readHot, hotKeys } from "../facts.js";
import { keepHouse, type House } from "../house.js";
import type { Random } from "../random.js";
import { SMALL, type Row, type Scale } from "../row.js";
import { openSale, unitsLeft, type RunningSale } from "../sale.js";
import { until } from "../wait.js";

const NODES = 2;
/** A purchase every few milliseconds while a change is given its 5 s must not sell it out. */
const FEW_UNITS = 600;
/** One of so many repairs is the command's, which is killed first. */
const KILLED_EVERY = 3;
/** Time for which a repair that is to be killed stands between its two stores. */
const PAUSED_S = 0.15;
const amounts = (scale: Scale) => (scale === SMALL ? { corruptions: 6, looks: 5 } : { corruptions: 30, looks: 20 });

/** Both stores corrupted, again and again, while the sale goes on; each time reconcile must find it, and mend it, also when it is killed at it. */
export const reconciled: Row = {
  name: "16",
  about: "reconcile under load: seeded corruptions, killed in mid-repair",
  how: "harness",
  mustHold: "all found, all mended, no false alarm",
  controls: [
    {
      built: "a reconcile that asks only the orders for buyers, never the inventory",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/reconcile-buyers.js",
            guard: "[buyersNotKnown, knownWithoutOrders]",
            without: "[buyersNotKnown]",
          },
        ],
      },
      breaks: "I2",
    },
    {
      built: "a reconcile that reads the inventory first, and the ledger without its lock at another moment",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/reconcile.js",
            guard: "const found = await inventory.audit(productId, epoch);",
            without: `const found = await inventory.audit(productId, epoch);
              await new Promise((resume) => setTimeout(resume, 40));
              const later = await inventory.audit(productId, epoch);
              if (found && later) found.status = { ...found.status, purchased: later.status.purchased };`,
          },
        ],
      },
      breaks: "I2",
    },
    {
      built: "a repair that puts no new inventory in service",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/reconcile.js",
            guard: "await ports.rebuild(productId, epoch);",
            without: "await ports.rebuild(productId);",
          },
        ],
      },
      breaks: "I2",
    },
  ],
  async run(stage, options) {
    const { corruptions, looks } = amounts(options.scale);
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 4,
      plantsDrift: true,
      plan: () => ({ keepsNoHouse: true }),
      incidents: { planned: corruptions, over: () => over },
    });
    const { scene, shop, random, fleet } = sale;
    await using house = await keepHouse(scene);
    const admin = openAdmin(fleet.urls, shop);
    await pauseRepairs(sale);
    await until("the sale is in full swing", () => shop.history.sold() >= 20);

    const wrong: string[] = [];
    let falseAlarms = 0;
    for (let look = 0; look < looks; look += 1) {
      const { drift } = await reconcile(admin, random, false);
      if (drift.length > 0) falseAlarms += 1;
      wrong.push(...drift.map((one) => `I2: false alarm on a sound sale: ${JSON.stringify(one)}`));
    }
    const seen = { found: 0, mended: 0, killed: 0, amid: 0 };
    let rebuilding = 0;
    for (const corruption of chosen(corruptions, random)) {
      if (isMendedByARebuild(corruption)) rebuilding += 1;
      const killed = isMendedByARebuild(corruption) && rebuilding % KILLED_EVERY === 1;
      await keepOnSale(sale, admin);
      const before = await soundLife(sale, house);
      await house.rest({ projects: corruption.found !== "sold-quantity" });
      await corruption.corrupt({ scene, shop, house, random, epoch: before });
      const atRandom = seen.killed > 0 && random.chance(0.3);
      if (killed) seen.amid += (await killAmid(sale, before, atRandom)) ? 1 : 0;
      if (killed) seen.killed += 1;
      const drift = killed ? await commandRepairs(sale) : (await reconcile(admin, random, true)).drift;
      await house.rest();
      // A lost inventory is noticed by the next buyer, and a repair that was killed may have come to its end.
      const isMendedAlready = (corruption.found === "missing-inventory" || killed) && (await epochOf(sale)) > before;
      if (isMendedAlready || drift.some(({ kind }) => kind === corruption.found)) seen.found += 1;
      else wrong.push(`I2: ${corruption.what} was not found, but ${JSON.stringify(drift)}`);
      const left = (await reconcile(admin, random, false)).drift;
      if (left.length === 0) seen.mended += 1;
      else wrong.push(`I2: ${corruption.what} was not mended: ${JSON.stringify(left)}`);
      await sale.healed(Date.now());
      over += 1;
    }
    await house.goOn();
    return await sale.finish({
      struck: { corruptions: over, "repairs killed": seen.killed, "of them between the two stores": seen.amid },
      mustHappen: () => ({ found: seen.found, mended: seen.mended }),
      notes: {
        found: { seen: seen.found, of: over },
        mended: { seen: seen.mended, of: over },
        "false alarms at looks at a sound sale": { seen: falseAlarms, of: looks },
      },
      alsoWrong: () => wrong,
    });
  },
};

interface Report {
  readonly drift: readonly { readonly kind: string }[];
}

/** Asked again where a rebuild held it up. */
const reconcile = async (admin: Admin, random: Random, fix: boolean): Promise<Report> => {
  for (let tries = 0; tries < 5; tries += 1) {
    const heard = await admin.reconcile(random.below(NODES), { fix });
    if (heard.kind === "done") return heard.data as Report;
  }
  throw new Error("reconcile gave no answer");
};

/** Nobody but reconcile mends it, and no other way: the killed repair's own new inventory tells that it was at it. */
const isMendedByARebuild = ({ slow, found }: Corruption): boolean => slow !== true && found !== "missing-inventory";

/** Each kind in its turn; the slow ones once, and not in a short run. */
const chosen = (count: number, random: Random): Corruption[] => {
  const slow = random.shuffled(CORRUPTIONS.filter((one) => one.slow === true)).slice(0, Math.floor(count / 15));
  const quick = random.shuffled(CORRUPTIONS.filter((one) => one.slow !== true));
  const many = Array.from({ length: count - slow.length }, (_, index) => quick[index % quick.length]);
  return random.shuffled([...slow, ...many].flatMap((one) => (one === undefined ? [] : [one])));
};

const epochOf = async ({ scene, shop }: RunningSale): Promise<number> =>
  Number(await scene.redis.get(hotKeys(shop.productId, 0).epoch));

const keepOnSale = async ({ scene, shop }: RunningSale, admin: Admin): Promise<void> => {
  const left = await unitsLeft(scene.pool, shop.productId);
  if (left > FEW_UNITS) return;
  const { rows } = await scene.pool.query<{ total: number }>("select total from ledger where product_id = $1", [
    shop.productId,
  ]);
  await admin.change(0, { totalQuantity: (rows[0]?.total ?? 0) + FEW_UNITS });
};

/** Waits for an inventory that knows its buyers: of one that does not know them yet, none can be lost. */
const soundLife = async (sale: RunningSale, house: House): Promise<number> => {
  const { scene, shop } = sale;
  await house.goOn();
  let epoch = 0;
  await until("all buyers are loaded", async () => {
    epoch = await epochOf(sale);
    return (await readHot(scene.redis, shop.productId, epoch))?.buyersLoaded === true;
  });
  return epoch;
};

/** From here on a repair that finds the table's one row above 0 stands still after its inventory is in service, before its ledger is. */
const pauseRepairs = async ({ scene }: RunningSale): Promise<void> => {
  await scene.pool.query(`
    create table repair_pause (seconds double precision);
    insert into repair_pause values (0);
    create function repair_pause() returns trigger language plpgsql as
      'begin perform pg_sleep(seconds) from repair_pause where seconds > 0; return null; end';
    create trigger repair_pause after update of epoch on ledger for each row execute function repair_pause()`);
};

/** The command dies at a seeded moment, or, where it repairs, between the two stores. True for the latter. */
const killAmid = async (sale: RunningSale, epoch: number, atRandom: boolean): Promise<boolean> => {
  const { scene, shop, random } = sale;
  await scene.pool.query("update repair_pause set seconds = $1", [PAUSED_S]);
  const command = await startCommand(["reconcile", shop.productId, "--fix", "--json"], scene);
  const diesAtMs = atRandom ? Date.now() + random.below(600) : Infinity;
  let isAmid = false;
  while (!isAmid && command.running() && Date.now() < diesAtMs) {
    isAmid = (await epochOf(sale)) > epoch;
    await sleep(1);
  }
  await command.kill();
  await scene.pool.query("update repair_pause set seconds = 0");
  return isAmid;
};

const commandRepairs = async ({ scene, shop }: RunningSale): Promise<Report["drift"]> => {
  const command = await startCommand(["reconcile", shop.productId, "--fix", "--json"], scene);
  const { code } = await command.ended();
  const printed = command.output();
  if (code !== 0) throw new Error(`reconcile --fix ended with ${String(code)}: ${printed.slice(-1_000)}`);
  const { products } = JSON.parse(printed.slice(printed.indexOf("{"))) as { products: readonly Report[] };
  return products.flatMap(({ drift }) => drift);
};
