import pg from "pg";
import { request } from "undici";
import { ADMIN_KEY, startFleet, type Fleet, type NodePlan } from "./api-fleet.js";
import { openShop, type Shop } from "./buyer.js";
import { check } from "./checkers.js";
import { createCleanUp, type CleanUp } from "./clean-up.js";
import { sellOut, startCrowd, type Crowd } from "./crowd.js";
import { startCuttingProxy, type CuttingProxy } from "./cutting-proxy.js";
import { eventsOf } from "./events.js";
import { readFacts, readHot, type Facts } from "./facts.js";
import { createHistory } from "./history.js";
import { checkLinear } from "./linear.js";
import { rebuildsOf } from "./lives.js";
import type { Notes } from "./notes.js";
import { randomFrom, type Random } from "./random.js";
import { LOCK_TTL_MS, slowness, zeroes, type RowOptions, type RowReport } from "./row.js";
import { editFunctions } from "./sabotage.js";
import type { Scene, Stage } from "./stage.js";
import { until } from "./wait.js";
import { startWitness } from "./witness.js";

const LIMIT = 3;
const PRICE = 49.99;
/** One of a burst would be thousands. */
const MOST_SHED = 10;

export interface SaleOptions extends RowOptions {
  readonly nodes: number;
  readonly clients: number;
  /** When it is open, by this machine's clock, which is the stores'; default: from now on. */
  readonly window?: { readonly startAtMs: number; readonly endAtMs: number };
  /** Codes of refusals that this sale's buyers may hear, besides what every sale's may. */
  readonly foreseen?: readonly string[];
  /** Units a buyer may own; default 3. */
  readonly limit?: number;
  /** Life of a hold; default: as short as most rows have it. */
  readonly lockTtlMs?: number;
  /** Each API process reaches Postgres through a proxy that can cut. */
  readonly proxied?: boolean;
  /** The row itself makes the hot store disagree with itself: that looks show it is no violation. */
  readonly plantsDrift?: boolean;
  /** Of the database, as in postgresql.conf. */
  readonly databaseSettings?: Readonly<Record<string, string>>;
  /** Only API processes are struck: their holds end in time, counted from their admission, whatever becomes of them. */
  readonly storesStayUp?: boolean;
  /** A process may be struck while it starts, and is started again then. */
  readonly keepsStarting?: boolean;
  /** Whether the crowd is sent to an API process now. */
  readonly inRotation?: (node: number) => boolean;
  /** Ways to a Redis that is not the stage's, or not straight to it: one an API process, and the observer's own. */
  readonly redis?: { readonly urls: readonly string[]; readonly observerUrl: string };
  readonly plan?: (node: number, life: number, scene: Scene) => NodePlan;
  /** Incidents that are over; the crowd buys no faster than these allow, so that every one of them strikes a live sale. */
  readonly incidents: { readonly planned: number; readonly over: () => number };
}

/** One sale on the stage, with its API processes and its crowd. */
export interface RunningSale extends AsyncDisposable {
  readonly scene: Scene;
  readonly fleet: Fleet;
  readonly shop: Shop;
  readonly proxies: readonly CuttingProxy[];
  readonly random: Random;
  /** The fault is over: the next 201 is waited for from here on; of this API process, where one is named. */
  healed(atMs: number, node?: number): Promise<void>;
  /** A fault is over, or was at once, as a kill is: units that it kept are waited for from here on, not those that came back during it. */
  ended(atMs: number, sinceMs?: number): void;
  /** Sells out, waits until it is quiet, checks everything. */
  finish(outcome: Outcome): Promise<RowReport>;
}

export interface Outcome {
  readonly struck: Readonly<Record<string, number>>;
  /** What must not be 0. */
  readonly mustHappen: (seen: Seen) => Record<string, number>;
  readonly notes?: Notes;
  readonly alsoWrong?: (facts: Facts) => readonly string[];
  /** Slower than it should be: red in the command's table, and nowhere else. */
  readonly slow?: readonly string[];
  /** Orders that stood before these buyers came. */
  readonly preloaded?: number;
}

export interface Seen {
  readonly answered201: number;
  readonly voids: number;
  readonly rebuilds: number;
  readonly ambiguousCommits: number;
}

export const openSale = async (stage: Stage, options: SaleOptions): Promise<RunningSale> => {
  const { nodes, clients, seed, scale, incidents, sabotage = {} } = options;
  const disposal = createCleanUp();
  try {
    const random = randomFrom(seed);
    const scene = disposal.use(await stage.open(options.redis?.observerUrl));
    await editFunctions(scene.pool, sabotage.edits ?? []);
    for (const [name, value] of Object.entries(options.databaseSettings ?? {})) {
      const database = pg.escapeIdentifier(new URL(scene.databaseUrl).pathname.slice(1));
      await scene.pool.query(`alter database ${database} set ${name} = ${pg.escapeLiteral(value)}`);
    }
    const proxies: CuttingProxy[] = [];
    const databaseUrls: string[] = [];
    for (let node = 0; node < nodes; node += 1) {
      const url = new URL(scene.databaseUrl);
      if (options.proxied === true) {
        const proxy = disposal.use(await startCuttingProxy(scene.postgresPort));
        proxies.push(proxy);
        url.port = String(proxy.port);
      }
      databaseUrls.push(url.href);
    }
    const fleet = disposal.use(
      await startFleet({
        databaseUrls,
        redisUrls: options.redis?.urls ?? databaseUrls.map(() => scene.redisUrl),
        events: scene.events,
        lockTtlMs: options.lockTtlMs ?? LOCK_TTL_MS,
        keepsStarting: options.keepsStarting ?? false,
        edits: (sabotage.edits ?? []).filter(({ file }) => !file.endsWith(".sql")),
        plan: (node, life) => ({ ...options.plan?.(node, life, scene), ...sabotage.plan }),
      }),
    );
    const limit = options.limit ?? LIMIT;
    const productId = await createProduct(fleet.urls[0] ?? "", scale.units, limit, options.window);
    const shop = disposal.use(openShop(fleet.urls, productId, createHistory(), options.foreseen));
    const witness = startWitness(scene.pool, scene.redis, productId);
    disposal.defer(() => witness.stop());
    const crowd = startCrowd(shop, {
      random,
      clients,
      maxQuantity: 2,
      ...(options.inRotation && { inRotation: options.inRotation }),
      // An order has 1.4 units about; the last part stays for the end.
      budget: () => (scale.units * 0.5 * (incidents.over() + 1)) / (incidents.planned + 1),
    });
    disposal.defer(() => crowd.stop());
    const parts = { options, scene, fleet, shop, proxies, random, productId, crowd, witness };
    return runningSale(parts, disposal);
  } catch (fault) {
    await disposal.run();
    throw fault;
  }
};

interface Parts {
  readonly options: SaleOptions;
  readonly scene: Scene;
  readonly fleet: Fleet;
  readonly shop: Shop;
  readonly proxies: readonly CuttingProxy[];
  readonly random: Random;
  readonly productId: string;
  readonly crowd: Crowd;
  readonly witness: ReturnType<typeof startWitness>;
}

const runningSale = (parts: Parts, disposal: CleanUp): RunningSale => {
  const { options, scene, fleet, shop, proxies, random, witness } = parts;
  const waits: number[] = [];
  return {
    scene,
    fleet,
    shop,
    proxies,
    random,
    async healed(atMs, node) {
      if (options.storesStayUp !== true) witness.healed(atMs);
      await until("the next 201 after a fault", () => shop.history.nextSaleMs(atMs, node) !== null);
      waits.push(shop.history.nextSaleMs(atMs, node) ?? 0);
    },
    ended: witness.healed,
    finish: (outcome) => finish(parts, Math.max(0, ...waits), outcome),
    [Symbol.asyncDispose]: () => disposal.run(),
  };
};

const finish = async (
  { options, scene, fleet, shop, productId, crowd, witness }: Parts,
  longestToNextSaleMs: number,
  { struck, mustHappen, notes = {}, alsoWrong = () => [], slow = [], preloaded = 0 }: Outcome,
): Promise<RowReport> => {
  const { history } = shop;
  await crowd.stop();
  const tooLate = await sellOut(shop, {
    clients: 8,
    limit: options.limit ?? LIMIT,
    unitsLeft: () => unitsLeft(scene.pool, productId),
  });
  const users = [...new Set(history.asked.map(({ userId }) => userId))];
  const quiet = await becomesQuiet(scene, productId);
  await witness.stop();

  const facts = await readFacts(scene.pool, scene.redis, productId, users);
  const seen: Seen = {
    answered201: history.sold(),
    voids: facts.voids,
    rebuilds: rebuildsOf(scene.events, productId, witness),
    ambiguousCommits: eventsOf(scene.events, "ambiguous").length,
  };
  const longestHeldMs = witness.longestHeldMs();
  const left = facts.total - facts.committed;
  // Orders that stood before are nobody's call.
  const terms = { totalQuantity: options.scale.units, perUserLimit: options.limit ?? LIMIT };
  const linear = preloaded > 0 ? null : checkLinear(history, facts, terms);
  return {
    ...seen,
    seed: options.seed,
    struck,
    longestToNextSaleMs,
    longestHeldMs,
    notes: {
      ...notes,
      "looks at the stores": witness.looks(),
      ...(linear && { "buyers whose history is linear": linear.explained }),
    },
    violations: [
      ...check(history.asked, facts, { preloaded, cancels: history.cancels }),
      ...(linear?.violations ?? []),
      ...witness.violations.filter((violation) => options.plantsDrift !== true || !violation.startsWith("I2")),
      ...quiet,
      ...eventsOf(scene.events, "shed")
        .slice(0, MOST_SHED)
        .map(({ ids }) => `I2: reservation ${ids.join(", ")} was shed after it held units`),
      ...fleet.failures,
      ...(left === 0 ? [] : [`I5: ${String(left)} units could not be sold`]),
      ...(tooLate.kind === "refused" && tooLate.code === "SOLD_OUT"
        ? []
        : [`I5: after the last unit: ${JSON.stringify(tooLate)}`]),
      ...alsoWrong(facts),
    ],
    slow: [...slow, ...slowness(longestToNextSaleMs, longestHeldMs, options.lockTtlMs)],
    missing: [
      ...zeroes({ ...struck, "201s": seen.answered201, ...mustHappen(seen) }),
      // Of their histories the run has shown nothing.
      ...(linear && linear.undecided > 0 ? [`a decision on ${String(linear.undecided)} buyers' histories`] : []),
    ],
  };
};

/** By the ledger. */
export const unitsLeft = async (pool: pg.Pool, productId: string): Promise<number> => {
  const { rows } = await pool.query<{ left: number }>(
    "select total - committed as left from ledger where product_id = $1",
    [productId],
  );
  return rows[0]?.left ?? 0;
};

/** Confirms that were lost are completed by the reaper, once their holds are past their deadline. */
export const becomesQuiet = async ({ pool, redis }: Scene, productId: string): Promise<string[]> => {
  const nothingIsHeld = async (): Promise<boolean> => {
    const { epoch } = await readFacts(pool, redis, productId, []);
    return (await readHot(redis, productId, epoch))?.held === 0;
  };
  return await until("no unit is held", nothingIsHeld, { timeoutMs: 15_000, everyMs: 50 }).then(
    () => [],
    (fault: unknown) => [`I2: ${String(fault)}`],
  );
};

export const createProduct = async (
  url: string,
  totalQuantity: number,
  perUserLimit: number,
  window?: SaleOptions["window"],
): Promise<string> => {
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  const times = window && { saleStartAt: iso(window.startAtMs), saleEndAt: iso(window.endAtMs) };
  const { statusCode, body } = await request(`${url}/api/v1/admin/products`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY },
    body: JSON.stringify({ name: "Console", price: PRICE, totalQuantity, perUserLimit, ...times }),
  });
  const answer = await body.text();
  if (statusCode !== 201) throw new Error(`the product was not created: ${String(statusCode)} ${answer}`);
  return (JSON.parse(answer) as { data: { id: string } }).data.id;
};
