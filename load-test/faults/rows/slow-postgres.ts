import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import type { CuttingProxy } from "../cutting-proxy.js";
import type { Heard } from "../history.js";
import { openLines } from "../lines.js";
import type { Share } from "../notes.js";
import { SMALL, type Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { until } from "../wait.js";
import { watchHolds } from "../watch-holds.js";

const PLACES = DEFAULT_COMMIT_LIMITS.maxPlaces;
/** More than there are places, by as many as go free while they arrive. */
const BURST = 5_500;
/** More than can be held in the places: what else is held would be seen. */
const UNITS_A_BURST = PLACES + 300;
const EACH_WAY_MS = 75;
/** Longer than a purchase waits for its commit, as in the product. */
const HOLD_LIVES_MS = 5_000;

/** A burst that is more than a slow Postgres can take: some wait in the queue, and the others are sent away with nothing. */
export const slowPostgres: Row = {
  name: "12",
  about: `slow Postgres, pool of 1, bursts of ${String(BURST)} requests`,
  how: "proxy",
  mustHold: "no hold without a place in the queue; shed share; latency of the served",
  controls: [
    {
      built: "a purchase that is admitted, and then shed",
      sabotage: {
        edits: [
          {
            file: "core/dist/use-cases/purchase.js",
            guard: "if (!place)",
            without: `if (!place)
                await admit(ports)({ ...attempts.hold, reservationId: attempts.reservationId(1) });
            if (!place)`,
          },
        ],
      },
      breaks: "I2",
    },
    {
      built: "a queue without an end",
      sabotage: {
        edits: [{ file: "core/dist/group-commit.js", guard: "placesTaken >= limits.maxPlaces", without: "false" }],
      },
      breaks: "I2",
    },
  ],
  async run(stage, options) {
    const planned = options.scale === SMALL ? 1 : 2;
    const units = planned * UNITS_A_BURST + options.scale.units;
    let over = 0;
    const heard: { readonly kind: string; readonly tookMs: number }[] = [];
    await using sale = await openSale(stage, {
      ...options,
      scale: { ...options.scale, units },
      // One, so that each hold is known to be of its queue.
      nodes: 1,
      clients: 4,
      lockTtlMs: HOLD_LIVES_MS,
      proxied: true,
      plan: () => ({ poolSize: 1 }),
      incidents: { planned, over: () => over },
    });
    const holds = watchHolds(sale, PLACES);
    for (; over < planned; over += 1) {
      const proxy = proxyOf(sale);
      await until("some have bought", () => sale.shop.history.sold() >= 10);
      const slowSinceMs = Date.now();
      heard.push(...(await burst(sale, proxy, `burst-${String(over)}`)));
      sale.ended(Date.now(), slowSinceMs);
      await sale.healed(Date.now());
    }
    await holds.stop();

    const count = (kind: string): number => heard.filter((one) => one.kind === kind).length;
    const tookMs = heard.flatMap((one) => (one.kind === "order" ? [one.tookMs] : [])).sort((a, b) => a - b);
    const share = (kind: string): Share => ({ seen: count(kind), of: heard.length });
    const percentileMs = (part: number): readonly number[] => [
      tookMs[Math.min(tookMs.length - 1, Math.floor(part * tookMs.length))] ?? 0,
    ];
    return await sale.finish({
      struck: { "requests shed": count("OVERLOADED"), "requests served": count("order") },
      mustHappen: () => ({ "looks at the holds": holds.looks() }),
      notes: {
        "each message to and from Postgres later by": `${String(EACH_WAY_MS)} ms`,
        "shed with 429": share("OVERLOADED"),
        "told to come again with 503": share("UNAVAILABLE"),
        "ms until the served were answered, p50": percentileMs(0.5),
        "ms until the served were answered, p99": percentileMs(0.99),
        "ms until the served were answered, longest": percentileMs(1),
        [`most holds at one look, with ${String(PLACES)} places`]: [holds.most()],
        "a hold lives for": `${String(HOLD_LIVES_MS)} ms`,
      },
      alsoWrong: () => holds.violations,
    });
  },
};

/** All at once, each over a connection of its own, while Postgres is slow. */
const burst = async (
  { shop, fleet }: RunningSale,
  proxy: CuttingProxy,
  name: string,
): Promise<{ kind: string; tookMs: number }[]> => {
  await using lines = await openLines(fleet.urls[0] ?? "", BURST);
  proxy.delay(EACH_WAY_MS);
  const answers = lines.all.map(async (line, index) => {
    const askedAtMs = Date.now();
    const heard = await shop.buy(0, { userId: `${name}-${String(index)}`, quantity: 1, over: line });
    return { kind: kindOf(heard), tookMs: Date.now() - askedAtMs };
  });
  const all = await Promise.all(answers);
  proxy.delay(0);
  return all;
};

const kindOf = (heard: Heard): string =>
  heard.kind === "refused" || heard.kind === "not-sold"
    ? heard.code
    : heard.kind === "unknown"
      ? heard.why
      : heard.kind;

const proxyOf = ({ proxies: [proxy] }: RunningSale): CuttingProxy => {
  if (!proxy) throw new Error("there is no proxy");
  return proxy;
};
