import { createFlashSale, type FlashSalePorts, type OrderDraft, type Product } from "@flash-sale/core";
import { systemClock, systemIds } from "@flash-sale/core/memory";
import { connectPostgres, createPostgresAdapters } from "@flash-sale/adapters-postgres";
import { connectRedis } from "@flash-sale/adapters-redis";
import { checkCap, checkEnds, checkLimit, checkNumbers, checkUnits } from "../checkers.js";
import { createCleanUp } from "../clean-up.js";
import { readFacts } from "../facts.js";
import { randomFrom } from "../random.js";
import { slowness, SMALL, zeroes, type Row, type RowOptions, type RowReport } from "../row.js";
import { editFunctions } from "../sabotage.js";
import { quietly, type Scene, type Stage } from "../stage.js";
import { raceReapers, type Ends } from "./late-writers.js";

/** So that few buyers take what comes back. */
const LIMIT = 100;
const BUYERS_AT_ONCE = 32;
const IDS = { large: 100_000, small: 10_000 };

/** The reaper ends holds past their deadline, each of another buyer, while their writers, late, commit them: each ends once. */
const runReaper = async (stage: Stage, { seed, scale, sabotage = {} }: RowOptions): Promise<RowReport> => {
  const count = IDS[scale === SMALL ? "small" : "large"];
  await using cleanUp = disposable();
  const scene = cleanUp.use(await stage.open());
  await editFunctions(scene.pool, sabotage.edits ?? []);
  const pool = quietly(connectPostgres({ url: scene.databaseUrl, poolSize: 12 }));
  cleanUp.defer(() => pool.end());
  const portsWith = async (lockTtlMs: number): Promise<FlashSalePorts> => {
    const redis = connectRedis({ address: { kind: "server", url: scene.redisUrl }, lockTtlMs });
    cleanUp.defer(() => redis.close());
    await redis.ready();
    return { ...redis, ...createPostgresAdapters(pool), clock: systemClock, ids: systemIds };
  };

  // Every hold is past its deadline as soon as it is there.
  const ports = await portsWith(1);
  const product = await createProduct(ports, count);
  const drafts = await holdAll(ports, product, count);
  const beganAtMs = Date.now();
  const ends = await raceReapers(ports, drafts, {
    random: randomFrom(seed),
    releasesWithoutVoid: sabotage.plan?.releasesWithoutVoid ?? false,
  });
  const endedAtMs = Date.now();
  const { buyers, firstSaleAtMs, outOf } = await sellOut(await portsWith(10_000), product, scene);

  const users = [...drafts.map(({ userId }) => userId), ...buyers];
  const facts = await readFacts(scene.pool, scene.redis, product.id, users);
  const standing = new Map(facts.orders.map(({ id, status }) => [id, status]));
  const found = (side: ReadonlyMap<string, string>, what: string): number =>
    [...side].filter(([id, seen]) => seen === what && ends.told.has(id) && ends.reaped.has(id)).length;
  const struck = {
    "writers that found the reaper's void": found(ends.told, "void"),
    "reaper that found the writer's order": found(ends.reaped, "confirmed"),
  };
  const sold = [...ends.told.values()].filter((one) => one === "order").length;
  const nextSaleMs = firstSaleAtMs - endedAtMs;
  return {
    seed,
    struck,
    answered201: sold + buyers.length,
    voids: facts.voids,
    rebuilds: facts.epoch - 1,
    ambiguousCommits: 0,
    longestToNextSaleMs: nextSaleMs,
    // Every hold is past its deadline from the beginning: how long all of them took is another matter.
    longestHeldMs: 0,
    notes: {
      ids: count,
      "ended as orders": drafts.filter(({ id }) => standing.get(id) === "confirmed").length,
      "ended as voids": drafts.filter(({ id }) => standing.get(id) === "void").length,
      "all ended within": `${String(endedAtMs - beganAtMs)} ms`,
      "asked again, the store was busy": ends.busy,
    },
    violations: [
      ...[checkCap, checkUnits, checkLimit, checkEnds, checkNumbers].flatMap((checker) => checker(facts)),
      ...endedOnce(drafts, standing, ends),
      ...(facts.committed === facts.total ? [] : [`I5: ${String(facts.total - facts.committed)} units were not sold`]),
      ...(outOf === "sold-out" ? [] : [`I5: after the last unit: ${outOf}`]),
    ],
    slow: slowness(nextSaleMs, 0),
    missing: zeroes({ ...struck, voids: facts.voids, orders: sold }),
  };
};

export const reaper: Row = {
  name: "11",
  about: "reaper against late writers, 100,000 ids",
  how: "harness",
  mustHold: "I6, I2",
  controls: [
    {
      built: "a reaper that puts units back without a void",
      sabotage: { plan: { releasesWithoutVoid: true } },
      breaks: "I6",
    },
    {
      built: "a reaper that takes every id for void, orders that stand among them",
      sabotage: {
        edits: [
          {
            file: ".sql",
            guard:
              "(select o.status from orders o where o.product_id = p_product and o.id = r.id and o.user_id = r.user_id)",
            without: "null",
          },
        ],
      },
      breaks: "I6",
    },
  ],
  run: runReaper,
};

const disposable = () => {
  const cleanUp = createCleanUp();
  return { ...cleanUp, [Symbol.asyncDispose]: () => cleanUp.run() };
};

/** I6: what stands is one of two, and is what the reaper saw and what the writer was told. */
const endedOnce = (
  drafts: readonly OrderDraft[],
  standing: ReadonlyMap<string, string>,
  { told, reaped }: Ends,
): string[] => {
  const wrong = drafts.flatMap(({ id }) => {
    const end = standing.get(id);
    const writer = told.get(id);
    const seen = reaped.get(id);
    const agrees =
      end !== undefined &&
      (writer === undefined || (writer === "order") === (end === "confirmed")) &&
      (seen === undefined || seen === end);
    return agrees
      ? []
      : [
          `I6: ${id} is ${end ?? "nowhere"}; its writer was told ${writer ?? "nothing"}, the reaper ${seen ?? "nothing"}`,
        ];
  });
  return wrong.length <= 20 ? wrong : [...wrong.slice(0, 20), `I6: and ${String(wrong.length - 20)} more`];
};

const createProduct = async (ports: FlashSalePorts, count: number): Promise<Product> => {
  const sale = createFlashSale(ports);
  const product = { name: "Console", price: 49.99, totalQuantity: count + 1_000, perUserLimit: LIMIT };
  const created = await sale.createProduct(product);
  // Its housekeeping would reap before the race is on.
  await sale.close();
  return created;
};

const CHUNK = 1_000;

const holdAll = async (
  { admission, ids }: FlashSalePorts,
  { id, epoch }: Product,
  count: number,
): Promise<OrderDraft[]> => {
  const hold = async (index: number): Promise<OrderDraft> => {
    const buyer = { productId: id, epoch, reservationId: ids.next(), userId: `buyer-${String(index)}` };
    const answer = await admission.admit({ ...buyer, quantity: 1, fingerprint: "1", expectedPriceMinor: null });
    if (answer.kind !== "held") throw new Error(`not held: ${JSON.stringify(answer)}`);
    return { ...answer.reservation, currency: "USD", metadata: null };
  };
  const drafts: OrderDraft[] = [];
  for (let start = 0; start < count; start += CHUNK) {
    drafts.push(...(await Promise.all(Array.from({ length: CHUNK }, (_, index) => hold(start + index)))));
  }
  return drafts;
};

/** Fresh buyers take the rest, to the last unit. */
const sellOut = async (ports: FlashSalePorts, { id: productId }: Product, scene: Scene) => {
  const sale = createFlashSale(ports);
  const buyers: string[] = [];
  let come = 0;
  let firstSaleAtMs = Number.POSITIVE_INFINITY;
  const buy = async (quantity: number): Promise<string> => {
    come += 1;
    const userId = `fresh-${String(come)}`;
    const outcome = await sale.purchase({ productId, userId, quantity });
    if (outcome.kind !== "purchased") return outcome.kind === "refused" ? outcome.reason : outcome.kind;
    firstSaleAtMs = Math.min(firstSaleAtMs, Date.now());
    buyers.push(userId);
    return outcome.kind;
  };
  const unitsLeft = async (): Promise<number> => {
    const { rows } = await scene.pool.query<{ left: number }>("select total - committed as left from ledger");
    return rows[0]?.left ?? 0;
  };
  let outOf = "purchased";
  for (let left = await unitsLeft(); outOf === "purchased"; left = await unitsLeft()) {
    const whole = Math.min(BUYERS_AT_ONCE, Math.floor(left / LIMIT));
    const asked = whole > 0 ? Array.from({ length: whole }, () => LIMIT) : [Math.max(1, left)];
    const heard = await Promise.all(asked.map(buy));
    outOf = heard.find((one) => one !== "purchased") ?? "purchased";
  }
  await sale.close();
  return { buyers, firstSaleAtMs, outOf };
};
