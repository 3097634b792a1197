import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../command.js";
import type { Product } from "../contestants/product.js";
import { processorTime, type ProcessorTime } from "../processor.js";
import { untilLoaded, watchLoading, type Loading } from "./loading.js";
import { watchRedis, type RedisWatch, type SlowCommand } from "./redis-watch.js";
import { firstSaleMs, longestGapMs, startTrickle, type Answer, type Trickle } from "./trickle.js";

/** One loading of all buyers, while others buy. */
export interface Load {
  readonly after: string;
  readonly buyers: number;
  readonly seconds: number;
  /** What Redis' memory grew by, for each buyer; null where something else was let go meanwhile. */
  readonly bytesABuyer: number | null;
  /** How long Redis stood still for each fork. */
  readonly forksMs: readonly number[];
  /** What Redis had of the processors meanwhile. */
  readonly processor: ProcessorTime;
  /** What those heard who were to buy meanwhile, by the clock of `beganMs`. */
  readonly answers: readonly Answer[];
  readonly beganMs: number;
}

export interface Rebuilds {
  /** From Redis being empty to the next 201, loss by loss. */
  readonly againMs: readonly number[];
  /** What Redis itself took to empty itself, loss by loss. */
  readonly flushMs: readonly number[];
  /** The longest time without a 201 around `flash-sale rebuild`. */
  readonly commandGapMs: number;
  readonly loads: readonly Load[];
  readonly slow: readonly SlowCommand[];
  /** All scripts that ran. */
  readonly scripts: number;
  /** The 201s that were given meanwhile. */
  readonly sold: number;
}

export interface Place {
  readonly product: Product;
  readonly productId: string;
  /** So many of them there are, before anything is lost. */
  readonly orders: number;
  readonly redisUrl: string;
  readonly redisPid: number;
  readonly databaseUrl: string;
  readonly say: (line: string) => void;
}

interface Scene extends Place {
  readonly loading: Loading;
  readonly watch: RedisWatch;
  readonly trickle: Trickle;
}

/** Losses after which the buyers are not waited for. */
const SHORT_LOSSES = 3;
/** Between two of them some thousand buyers are loaded again. */
const BETWEEN_MS = 3_000;
const PATIENCE_MS = 30_000;
/** Looked at on either side of a command as well. */
const ASIDE_MS = 1_000;

/**
 * Loses the hot store again and again while some buy, and has all buyers loaded three times: after the first loss, with Redis made to
 * write its file anew half way; after `flash-sale rebuild`; after the last loss.
 */
export const rebuildAgainAndAgain = async (place: Place): Promise<Rebuilds> => {
  await using loading = await watchLoading(place.redisUrl, place.databaseUrl);
  await using watch = await watchRedis(place.redisUrl);
  await using trickle = startTrickle(place.product.port, place.productId);
  const scene = { ...place, loading, watch, trickle };

  const first = await lose(scene);
  const firstLoad = await load(scene, { after: "FLUSHALL, and the file written anew", ...first, rewrites: true });
  const { gapMs, calledMs } = await rebuildByCommand(scene);
  const secondLoad = await load(scene, { after: "flash-sale rebuild", lostMs: calledMs });
  const losses = [first];
  for (let loss = 0; loss < SHORT_LOSSES; loss += 1) {
    losses.push(await lose(scene));
    await sleep(BETWEEN_MS);
  }
  const last = await lose(scene);
  losses.push(last);
  const lastLoad = await load(scene, { after: "FLUSHALL", ...last });
  await trickle.end();
  return {
    againMs: losses.map(({ againMs }) => againMs),
    flushMs: losses.map(({ flushMs }) => flushMs),
    commandGapMs: gapMs,
    loads: [firstLoad, secondLoad, lastLoad],
    slow: await watch.slowCommands(),
    scripts: await watch.scripts(),
    sold: trickle.answers.filter(({ status }) => status === 201).length,
  };
};

interface Loss {
  /** When Redis was empty. */
  readonly lostMs: number;
  readonly flushMs: number;
  readonly againMs: number;
  /** What was in use when it was on sale again. */
  readonly usedBytes: number;
}

const lose = async ({ trickle, watch, say }: Scene): Promise<Loss> => {
  const askedMs = performance.now();
  await watch.lose();
  const lostMs = performance.now();
  const flushMs = lostMs - askedMs;
  for (;;) {
    const soldMs = firstSaleMs(trickle, lostMs);
    if (soldMs !== null) {
      const againMs = soldMs - lostMs;
      say(`lost (Redis took ${flushMs.toFixed(0)} ms to be empty), and on sale again after ${againMs.toFixed(0)} ms`);
      return { lostMs, flushMs, againMs, usedBytes: await watch.usedBytes() };
    }
    if (performance.now() > lostMs + PATIENCE_MS) throw new Error("nothing is on sale again 30 s after the loss");
    await sleep(1);
  }
};

const rebuildByCommand = async (scene: Scene): Promise<{ gapMs: number; calledMs: number }> => {
  const { redisUrl, databaseUrl, productId, trickle, say } = scene;
  await sleep(ASIDE_MS);
  const calledMs = performance.now();
  const { seconds } = await runCommand(["rebuild", productId], { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl });
  await sleep(ASIDE_MS);
  const gapMs = longestGapMs(trickle, calledMs - ASIDE_MS, performance.now());
  say(`flash-sale rebuild took ${seconds.toFixed(1)} s; the longest time without a sale was ${gapMs.toFixed(0)} ms`);
  return { gapMs, calledMs };
};

const load = async (
  { loading, watch, trickle, orders, redisPid, say }: Scene,
  loss: { after: string; lostMs: number; usedBytes?: number; rewrites?: boolean },
): Promise<Load> => {
  const { after, lostMs, usedBytes, rewrites = false } = loss;
  const knownBefore = (await loading.known()) ?? 0;
  const forksBefore = watch.forksMs.length;
  const before = processorTime(redisPid);
  let asksForRewrite = rewrites;
  const onLook = async (known: number): Promise<void> => {
    if (!asksForRewrite || known < orders / 2) return;
    asksForRewrite = false;
    await watch.rewriteFile();
  };
  const seconds = await untilLoaded(loading, { sinceMs: lostMs, say, onLook });
  const endedMs = performance.now();
  const { ranMs, waitedMs } = processorTime(redisPid);
  say(`all buyers are loaded after ${seconds.toFixed(1)} s`);
  // Only at rest does its memory hold the buyers and nothing else.
  while (await watch.isRewriting()) await sleep(BETWEEN_MS);
  const grownBytes = usedBytes === undefined ? null : (await watch.usedBytes()) - usedBytes;
  const buyers = (await loading.known()) ?? 0;
  return {
    after,
    buyers,
    seconds,
    bytesABuyer: grownBytes === null ? null : grownBytes / (buyers - knownBefore),
    forksMs: watch.forksMs.slice(forksBefore),
    processor: { ranMs: ranMs - before.ranMs, waitedMs: waitedMs - before.waitedMs },
    answers: trickle.answers.filter(({ dueMs }) => dueMs >= lostMs && dueMs <= endedMs),
    beganMs: lostMs,
  };
};
