import { setTimeout as sleep } from "node:timers/promises";
import { openAdmin } from "../admin.js";
import { hotKeys } from "../facts.js";
import type { NodePlan } from "../api-fleet.js";
import type { Asked } from "../history.js";
import { SMALL, type Row } from "../row.js";
import { createProduct, openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { flush } from "./flushed.js";

const HOUR_MS = 3_600_000;
const OPENS_AFTER_MS = 1_000;
const OPEN_FOR_MS = { large: 6_000, small: 1_500 };
const CLOSED_FOR_MS = 700;
const RATE_LIMIT = { RATE_LIMIT_MAX: "20", RATE_LIMIT_WINDOW_MS: "1500" };
const BURST = 60;

/** An hour ahead, an hour behind, one that runs half as fast again, and one that is set back an hour in mid-sale. */
const CLOCKS: readonly NodePlan[] = [
  { clock: { aheadMs: HOUR_MS }, deadlinesShiftedMs: -HOUR_MS },
  { clock: { aheadMs: -HOUR_MS }, deadlinesShiftedMs: HOUR_MS },
  { clock: { aheadMs: HOUR_MS, driftMs: 500 }, wholeApp: RATE_LIMIT },
  { clock: { aheadMs: 0, setBack: { afterMs: 4_000, byMs: HOUR_MS } }, wholeApp: RATE_LIMIT },
];
const AHEAD = 0;

interface Window {
  readonly startAtMs: number;
  readonly endAtMs: number;
}

/** No two API processes agree on the time: a sale has its window by the stores' clocks, and all goes on as ever. */
export const clocks: Row = {
  name: "13",
  about: "clocks an hour apart",
  how: "the processes' own clocks ahead, behind, drifting, set back; deadlines shifted",
  mustHold: "nothing sold outside the window",
  controls: [
    {
      built: "a hold that does not look at the end of the sale",
      sabotage: { edits: [{ file: "scripts/hold.lua", guard: "now >= tonumber(stock['end'])", without: "false" }] },
      breaks: "I4",
    },
    {
      built: "housekeeping that goes by its own clock for what is to be restored",
      sabotage: {
        edits: [
          {
            file: "core/dist/housekeeping.js",
            guard: "if (ports.clock.now() < saleEndAtMs + CLOCKS_APART_MS)",
            without: "if (ports.clock.now() < saleEndAtMs)",
          },
        ],
      },
      breaks: "I5",
    },
  ],
  async run(stage, options) {
    const size = options.scale === SMALL ? "small" : "large";
    const order = [0, 1, 2, 3].map((node) => (node + options.seed) % CLOCKS.length);
    let over = 0;
    await using sale = await openSale(stage, {
      ...options,
      nodes: CLOCKS.length,
      clients: 8,
      // Far off, until all processes are there.
      window: { startAtMs: Date.now() + HOUR_MS, endAtMs: Date.now() + 2 * HOUR_MS },
      foreseen: ["SALE_NOT_STARTED", "SALE_ENDED"],
      incidents: { planned: 2, over: () => over },
      plan: (node) => CLOCKS[order[node] ?? 0] ?? {},
    });
    const { shop, fleet } = sale;
    const { asked } = shop.history;
    const admin = openAdmin(fleet.urls, shop);
    const setWindow = async (window: { saleStartAt?: string; saleEndAt: string }): Promise<string[]> => {
      const heard = await admin.change(sale.random.below(shop.nodes), window);
      return heard.kind === "done" ? [] : [`I5: the window was not changed: ${JSON.stringify(heard)}`];
    };
    const quarter = { startAtMs: Date.now(), endAtMs: Date.now() + HOUR_MS / 4 };
    const unasked = await createProduct(fleet.urls[0] ?? "", 5, 1, quarter);
    const wrong = await restoredUnasked(sale, order.indexOf(AHEAD), unasked);
    const startAtMs = Date.now() + OPENS_AFTER_MS;
    const first = { startAtMs, endAtMs: startAtMs + OPEN_FOR_MS[size] };
    wrong.push(...(await setWindow({ saleStartAt: iso(first.startAtMs), saleEndAt: iso(first.endAtMs) })));
    const openFromMs = Math.max(startAtMs, Date.now());

    await until("the sale has begun", () => shop.history.sold() > 0);
    const { lostAtMs } = await flush(sale);
    await sale.healed(lostAtMs);
    over = 1;
    const limited = await burst(sale, order);
    wrong.push(...limited.wrong);

    await sleep(Math.max(0, first.endAtMs + CLOSED_FOR_MS - Date.now()));
    const reopensFromMs = Date.now();
    wrong.push(...(await setWindow({ saleEndAt: iso(reopensFromMs + HOUR_MS) })));
    const second = { startAtMs: Date.now(), endAtMs: reopensFromMs + HOUR_MS };
    await sale.healed(second.startAtMs);
    over = 2;

    const heard = (code: string): number =>
      asked.filter((one) => one.heard.kind === "refused" && one.heard.code === code).length;
    const before = heard("SALE_NOT_STARTED");
    const after = heard("SALE_ENDED");
    const outside = await soldOutside(sale, [first, { ...second, startAtMs: reopensFromMs }]);
    return await sale.finish({
      struck: {
        "processes whose clock is wrong": CLOCKS.length,
        "buyers refused before the window": before,
        "buyers refused after it": after,
        "orders within it": asked.filter((one) => isSaleBefore(one, first.endAtMs)).length,
        "requests over the rate limit": limited.refused,
      },
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: { "clocks, node by node": order.map((clock) => JSON.stringify(CLOCKS[clock]?.clock)).join(" ") },
      alsoWrong: () => [...wrong, ...outside, ...refusedInside(asked, { ...first, startAtMs: openFromMs }, second)],
    });
  },
};

const iso = (atMs: number): string => new Date(atMs).toISOString();

const isSaleBefore = ({ heard, answeredAtMs }: Asked, atMs: number): boolean =>
  heard.kind === "order" && heard.status === 201 && answeredAtMs < atMs;

/** A lost inventory that nobody asks for is restored by housekeeping, though its sale ends within the hour that the leader is ahead. */
const restoredUnasked = async ({ scene, fleet }: RunningSale, leader: number, productId: string): Promise<string[]> => {
  const others = fleet.urls.flatMap((_, node) => (node === leader ? [] : [fleet.process(node)]));
  const epoch = async (): Promise<number> => Number(await scene.redis.get(hotKeys(productId, 0).epoch));
  const isBack = async (): Promise<boolean> => {
    const now = await epoch();
    return now > 0 && (await scene.redis.exists(hotKeys(productId, now).stock)) === 1;
  };
  for (const other of others) other.pause();
  try {
    await scene.redis.del(Object.values(hotKeys(productId, await epoch())));
    return await until("it is back", isBack, { timeoutMs: 5_000 }).then(
      () => [],
      () => ["I5: an inventory that was lost while nobody bought was not restored within 5 s"],
    );
  } finally {
    for (const other of others) other.resume();
  }
};

/** One buyer who asks too often, at a process that counts: refused for now, and not for ever. */
const burst = async (
  { shop }: RunningSale,
  order: readonly number[],
): Promise<{ refused: number; wrong: string[] }> => {
  let refused = 0;
  const wrong: string[] = [];
  for (const [node, clock] of order.entries()) {
    if (CLOCKS[clock]?.wholeApp === undefined) continue;
    const userId = `hasty-${String(node)}`;
    const ask = async () => shop.buy(node, { userId, quantity: 1, key: "one" });
    const heard = await Promise.all(Array.from({ length: BURST }, ask));
    const overLimit = heard.filter((one) => one.kind === "not-sold" && one.code === "RATE_LIMITED").length;
    refused += overLimit;
    const isHeard = async (): Promise<boolean> => {
      const again = await ask();
      return !(again.kind === "not-sold" && again.code === "RATE_LIMITED");
    };
    await until("the rate limit forgets", isHeard, { timeoutMs: 5_000, everyMs: 200 }).catch(() => {
      wrong.push(`I5: ${userId} was over the rate limit for more than three windows`);
    });
  }
  return { refused, wrong };
};

/** By what stands, and by Redis' clock: every order was admitted in a window. */
const soldOutside = async ({ scene, shop }: RunningSale, windows: readonly Window[]): Promise<string[]> => {
  const { rows } = await scene.pool.query<{ id: string; admitted_ms: string }>(
    `select id, (extract(epoch from admitted_at) * 1000)::bigint as admitted_ms from orders
     where product_id = $1 and status <> 'void'`,
    [shop.productId],
  );
  const isInside = (atMs: number): boolean =>
    windows.some(({ startAtMs, endAtMs }) => atMs >= startAtMs && atMs < endAtMs);
  return rows
    .filter(({ admitted_ms }) => !isInside(Number(admitted_ms)))
    .slice(0, 5)
    .map(({ id, admitted_ms }) => `I4: order ${id} was admitted at ${admitted_ms}, outside the window`);
};

/** By what buyers heard: nobody who asked and was answered within the window heard that it was closed. */
const refusedInside = (asked: readonly Asked[], first: Window, second: Window): string[] =>
  asked
    .filter(({ heard, sentAtMs, answeredAtMs }) => {
      if (heard.kind !== "refused") return false;
      if (heard.code === "SALE_NOT_STARTED") return sentAtMs >= first.startAtMs;
      const isFirst = sentAtMs >= first.startAtMs && answeredAtMs < first.endAtMs;
      return heard.code === "SALE_ENDED" && (isFirst || sentAtMs >= second.startAtMs);
    })
    .slice(0, 5)
    .map(
      ({ userId, sentAtMs, heard }) =>
        `I5: ${userId}, who asked at ${String(sentAtMs)}, heard ${JSON.stringify(heard)}`,
    );
