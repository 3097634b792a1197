import { setTimeout as sleep } from "node:timers/promises";
import { startFleet, type Fleet } from "../api-fleet.js";
import { createCleanUp } from "../clean-up.js";
import { startCuttingProxy, type CuttingProxy } from "../cutting-proxy.js";
import { eventsOf } from "../events.js";
import { readMultixacts, watchGrowth } from "../growth.js";
import { openLongSale, type LongSale, type SaleSeen } from "../long-sale.js";
import { createNemesis, PROCESS_FAULTS, STORE_FAULTS, type Nemesis } from "../nemesis.js";
import { randomFrom, type Random } from "../random.js";
import { LOCK_TTL_MS, slowness, SMALL, zeroes, type Row, type RowOptions, type RowReport } from "../row.js";
import { editFunctions } from "../sabotage.js";
import type { Scene, Stage } from "../stage.js";
import { until } from "../wait.js";

const NODES = 3;
const MINUTES = 30;
/** Where the suite runs it. */
const SMALL_MS = 15_000;
/** A sale; then all is quiet, and everything is checked. */
const SALE_MS = 120_000;
/** So long a run has time for every kind of fault. */
const LONG_MS = 240_000;
const MOST_VIOLATIONS = 50;
const ADMIN_ACTS = ["changes", "cancels", "rebuilds by hand", "reconciles"] as const;

/** Everything at once, at random, for as long as it is told to. */
export const long: Row = {
  name: "17",
  about: "a random nemesis of all the above, sale after sale",
  how: "command",
  mustHold: "I1-I6",
  controls: [
    {
      built: "a group commit that tells of orders without writing them, every 10th batch",
      sabotage: { plan: { forgetsEveryNthBatch: 10 } },
      breaks: "I4",
    },
  ],
  run: (stage, options) => runLong(stage, options),
};

const runLong = async (stage: Stage, options: RowOptions): Promise<RowReport> => {
  const { seed, scale, minutes = MINUTES, interrupted } = options;
  const lastsMs = scale === SMALL ? SMALL_MS : minutes * 60_000;
  const untilMs = Date.now() + lastsMs;
  const disposal = createCleanUp();
  try {
    const random = randomFrom(seed);
    const scene = disposal.use(await stage.open());
    const { fleet, proxies } = await startNodes(scene, options, disposal);
    const growth = watchGrowth(
      { "API process": () => fleet.process(0).pid, harness: () => process.pid },
      Math.min(120_000, lastsMs / 4),
    );
    disposal.defer(() => {
      growth.stop();
      return Promise.resolve();
    });
    const before = await readMultixacts(scene.pool);
    const tally = createTally();
    const goesOn = (): boolean => Date.now() < untilMs && interrupted?.aborted !== true;

    while (goesOn() && tally.violations.length < MOST_VIOLATIONS) {
      const sale = await openLongSale(scene, fleet, random);
      const nemesis = createNemesis({ stage, scene, fleet, proxies, random, productId: () => sale.shop.productId });
      const saleUntilMs = Math.min(untilMs, Date.now() + SALE_MS);
      while (goesOn() && Date.now() < saleUntilMs) await round(sale, nemesis, random, tally);
      tally.saleSeen(await sale.finish());
    }

    const after = await readMultixacts(scene.pool);
    const { "API process": apiSlope = null, harness: harnessSlope = null } = growth.slopes();
    const { sums } = tally;
    return {
      seed,
      struck: tally.struck,
      answered201: sums.answered201,
      voids: sums.voids,
      rebuilds: sums.rebuilds,
      ambiguousCommits: eventsOf(scene.events, "ambiguous").length,
      longestToNextSaleMs: tally.longest.toNextSaleMs,
      longestHeldMs: tally.longest.heldMs,
      notes: {
        minutes: Math.round((Date.now() - untilMs + lastsMs) / 6_000) / 10,
        sales: sums.sales,
        ...tally.acts,
        "looks at the stores": sums.looks,
        "memory of an API process, MB an hour": apiSlope ?? "not measured",
        "memory of the harness, MB an hour": harnessSlope ?? "not measured",
        "multixacts made": after.age - before.age,
        "multixact members, bytes more": after.memberBytes - before.memberBytes,
      },
      violations: [...tally.violations, ...fleet.failures],
      slow: slowness(tally.longest.toNextSaleMs, tally.longest.heldMs),
      missing: zeroes({
        "201s": sums.answered201,
        ...(lastsMs < LONG_MS || interrupted?.aborted === true ? { faults: sums.faults } : tally.struck),
      }),
    };
  } finally {
    await disposal.run();
  }
};

const startNodes = async (
  scene: Scene,
  { sabotage = {} }: RowOptions,
  disposal: ReturnType<typeof createCleanUp>,
): Promise<{ fleet: Fleet; proxies: CuttingProxy[] }> => {
  await editFunctions(scene.pool, sabotage.edits ?? []);
  const proxies: CuttingProxy[] = [];
  for (let node = 0; node < NODES; node += 1) proxies.push(disposal.use(await startCuttingProxy(scene.postgresPort)));
  const databaseUrls = proxies.map(({ port }) => {
    const url = new URL(scene.databaseUrl);
    url.port = String(port);
    return url.href;
  });
  const fleet = disposal.use(
    await startFleet({
      databaseUrls,
      redisUrls: databaseUrls.map(() => scene.redisUrl),
      events: scene.events,
      lockTtlMs: LOCK_TTL_MS,
      keepsStarting: true,
      edits: (sabotage.edits ?? []).filter(({ file }) => !file.endsWith(".sql")),
      plan: () => sabotage.plan ?? {},
    }),
  );
  return { fleet, proxies };
};

/** One store fault, one process fault, or both at once, amid what admins do; then it heals. */
const round = async (sale: LongSale, nemesis: Nemesis, random: Random, tally: Tally): Promise<void> => {
  const { shop, witness } = sale;
  const both = random.chance(0.3);
  const strikes: Promise<void>[] = [];
  if (both || random.chance(0.7)) {
    const fault = random.pick(STORE_FAULTS);
    strikes.push(nemesis.store(fault).then((did) => tally.strike(fault, did)));
  }
  if (both || strikes.length === 0) {
    const fault = random.pick(PROCESS_FAULTS);
    strikes.push(sleep(random.below(300)).then(async () => tally.strike(fault, await nemesis.process(fault))));
  }
  const acts = ADMIN_ACTS.filter(() => random.chance(0.3)).map(async (act) => {
    await sleep(random.below(300));
    await actOf(sale, act, random);
    tally.act(act);
  });
  await Promise.all([...strikes, ...acts]);

  const healedAtMs = Date.now();
  witness.healed(healedAtMs);
  await until("the next 201", () => shop.history.nextSaleMs(healedAtMs) !== null).then(
    () => tally.nextSale(shop.history.nextSaleMs(healedAtMs) ?? 0),
    (fault: unknown) => tally.violations.push(`I5: ${String(fault)}`),
  );
  await sleep(random.below(400));
};

const actOf = async (
  { admin, changing, shop }: LongSale,
  act: (typeof ADMIN_ACTS)[number],
  random: Random,
): Promise<void> => {
  const node = random.below(shop.nodes);
  switch (act) {
    case "changes":
      return changing.change();
    case "cancels":
      return changing.cancel();
    case "rebuilds by hand":
      await admin.rebuild(node);
      return;
    case "reconciles":
      await admin.reconcile(node, { fix: true });
  }
};

type Tally = ReturnType<typeof createTally>;

const createTally = () => {
  const struck: Record<string, number> = Object.fromEntries(
    [...STORE_FAULTS, ...PROCESS_FAULTS].map((name) => [name, 0]),
  );
  const acts: Record<string, number> = Object.fromEntries(ADMIN_ACTS.map((name) => [name, 0]));
  const sums = { sales: 0, faults: 0, answered201: 0, voids: 0, rebuilds: 0, looks: 0 };
  const longest = { toNextSaleMs: 0, heldMs: 0 };
  const violations: string[] = [];
  return {
    struck,
    acts,
    sums,
    longest,
    violations,
    strike(fault: string, did: boolean): void {
      if (!did) return;
      struck[fault] = (struck[fault] ?? 0) + 1;
      sums.faults += 1;
    },
    act(name: string): void {
      acts[name] = (acts[name] ?? 0) + 1;
    },
    nextSale(ms: number): void {
      longest.toNextSaleMs = Math.max(longest.toNextSaleMs, ms);
    },
    saleSeen(seen: SaleSeen): void {
      sums.sales += 1;
      sums.answered201 += seen.answered201;
      sums.voids += seen.voids;
      sums.rebuilds += seen.rebuilds;
      sums.looks += seen.looks;
      longest.heldMs = Math.max(longest.heldMs, seen.longestHeldMs);
      violations.push(...seen.violations);
    },
  };
};
