import type { HttpContestant } from "../contestants/contestant.js";
import { cpuMicros } from "../cpu.js";
import { startProduct } from "../contestants/product.js";
import { setCommitLatency } from "../distance/commit-latency.js";
import { startDelayingProxy, type DelayingProxy } from "../distance/delaying-proxy.js";
import { loneCommitMs, postgresRoundTripMs, redisRoundTripMs } from "../distance/trials.js";
import type { Settings } from "../measurement.js";
import { databaseUrl, type Stores } from "../stores.js";
import { line, offerLoad, type OfferedRound } from "./offer.js";

/** There and back. */
export const ROUND_TRIP_MS = 0.5;
const HALF = 0.5;

/** Two syncs, two round trips, and 5 ms for all the rest. */
export const limitMs = (commitMs: number): number => 2 * commitMs + 2 * ROUND_TRIP_MS + 5;

/** What was injected, as a lone client sees it: a trial before the rounds. */
export interface Distances {
  readonly commitMs: number;
  readonly loneCommitMs: number;
  readonly redisMs: number;
  readonly postgresMs: number;
}

export interface FarRound extends OfferedRound {
  readonly commitMs: number;
  /** Of the process that delays, as a share of one core. */
  readonly proxyCores: number;
  /** Of the null route at the same rate, right after: no store is asked, so all of it is the machine's and the generator's own. */
  readonly nullRouteP99Ms: number;
}

export interface Far {
  readonly distances: readonly Distances[];
  readonly rounds: readonly FarRound[];
}

interface FarOrder {
  readonly database: string;
  /** For the trials' own table. */
  readonly trialDatabase: string;
  readonly redisDatabase: number;
  readonly commitsMs: readonly number[];
  /** Half of what the product does without distances: a distance makes no processor slower. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly turns: number;
  readonly nullRoute: HttpContestant;
}

/** The product with its stores half a millisecond away and a disk that takes its time, in turns over the disks. */
export const offerFromAfar = async (stores: Stores, order: FarOrder, say: Settings["say"]): Promise<Far> => {
  const { commitsMs, perSecond, seconds, turns, nullRoute } = order;
  await using proxy = await startDelayingProxy(ROUND_TRIP_MS / 2, [stores.redis.port, stores.postgres.port]);
  const redisUrl = stores.redisUrl(order.redisDatabase);
  const farDatabase = proxy.farUrl(databaseUrl(stores.postgres, order.database));
  await using product = await startProduct(proxy.farUrl(redisUrl), farDatabase);
  product.selling.pause();

  const near = { redis: redisUrl, database: databaseUrl(stores.postgres, order.trialDatabase) };
  const distances: Distances[] = [];
  for (const commitMs of commitsMs) {
    await setCommitLatency(stores.postgres.adminUrl, commitMs);
    distances.push(await tryOut(proxy, near, commitMs));
  }
  const rounds: FarRound[] = [];
  // One round of each that is not counted.
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const commitMs of commitsMs) {
      await setCommitLatency(stores.postgres.adminUrl, commitMs);
      const before = { cpuMicros: cpuMicros(proxy.pid), atMs: performance.now() };
      const round = await offerLoad({ contestant: product.selling, load: HALF, perSecond, seconds });
      const tookMicros = (performance.now() - before.atMs) * 1_000;
      const proxyCores = (cpuMicros(proxy.pid) - before.cpuMicros) / tookMicros;
      const control = await offerLoad({ contestant: nullRoute, load: HALF, perSecond, seconds });
      if (turn > 0) rounds.push({ ...round, commitMs, proxyCores, nullRouteP99Ms: control.served.p99Ms });
      say(
        `${turn === 0 ? "warm-up" : `turn ${String(turn)}/${String(turns)}`}  commit ${String(commitMs)} ms, ${line(round)}`,
      );
    }
  }
  await setCommitLatency(stores.postgres.adminUrl, 0);
  return { distances, rounds };
};

/** Throws where a lone client does not see what was injected. */
const tryOut = async (
  proxy: DelayingProxy,
  near: { readonly database: string; readonly redis: string },
  commitMs: number,
): Promise<Distances> => {
  const seen = {
    commitMs,
    loneCommitMs: await loneCommitMs(near.database),
    redisMs: await redisRoundTripMs(proxy.farUrl(near.redis)),
    postgresMs: await postgresRoundTripMs(proxy.farUrl(near.database)),
  };
  if (seen.loneCommitMs < commitMs || seen.redisMs < ROUND_TRIP_MS || seen.postgresMs < ROUND_TRIP_MS)
    throw new Error(`less than was injected is there: ${JSON.stringify(seen)}`);
  return seen;
};
