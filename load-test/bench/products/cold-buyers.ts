import { setTimeout as sleep } from "node:timers/promises";
import type { HttpContestant } from "../contestants/contestant.js";
import { cpuMicros } from "../cpu.js";
import type { OpenLoopReport } from "../load/open-loop.js";
import type { SteadyReport } from "../load/steady.js";
import type { Neighbour } from "./neighbours.js";

const COLD_PER_SECOND = 200;
const COLD_CONNECTIONS = 64;
const MAX_COLD_CONNECTIONS = 1_000;
const PATIENCE_MS = 20_000;
const HOT_CONNECTIONS = 64;
/** The hot load is under way before the cold one begins, and after it has ended. */
const HOT_BEFORE_MS = 1_500;
const HOT_LONGER_S = 6;

export interface ColdProducts {
  readonly shop: HttpContestant;
  readonly productIds: readonly string[];
  /** Of all servers whose CPU time is told. */
  readonly pids: readonly number[];
}

/** What the cold products' buyers met in one turn. */
export interface Turn {
  /** Null: nothing was hot. */
  readonly beside: string | null;
  readonly cold: OpenLoopReport;
  readonly sold: number;
  readonly hotPerSecond: number;
  /** What servers, stores and both loads took meanwhile. */
  readonly cores: number;
}

let turns = 0;

/** Buys cold products at a fixed rate while the neighbour is as hot as it can be. */
export const buyCold = async (products: ColdProducts, neighbour: Neighbour | null, seconds: number): Promise<Turn> => {
  turns += 1;
  const prefix = `b${String(turns)}`;
  neighbour?.resume();
  try {
    const hotLoad = { connections: HOT_CONNECTIONS, prefix: `${prefix}-hot`, seconds: seconds + HOT_LONGER_S };
    const heating = neighbour?.buy(hotLoad) ?? null;
    // It may fail while nobody waits for it yet.
    heating?.catch(() => undefined);
    await sleep(HOT_BEFORE_MS);
    const { cold, cores } = await offerCold(products, prefix, seconds);
    const coldEndedAtMs = Date.now();
    const hot = await heating;
    if (hot !== null && hot.endedAtMs < coldEndedAtMs)
      throw new Error(`${String(neighbour?.name)} was hot no longer when the last cold purchase was answered`);
    if (hot !== null) await neighbour?.check(hot);
    return {
      beside: neighbour?.name ?? null,
      cold,
      sold: soldCold(cold),
      hotPerSecond: hot === null ? 0 : (hot.statuses["201"] ?? 0) / secondsOf(hot),
      cores: cores + (hot === null ? 0 : hot.cpuMicros / secondsOf(hot) / 1e6),
    };
  } finally {
    neighbour?.pause();
  }
};

const secondsOf = ({ startedAtMs, endedAtMs }: SteadyReport): number => (endedAtMs - startedAtMs) / 1_000;

const offerCold = async (
  { shop, productIds, pids }: ColdProducts,
  prefix: string,
  seconds: number,
): Promise<{ cold: OpenLoopReport; cores: number }> => {
  const cpuOfAll = (): number => pids.reduce((sum, pid) => sum + cpuMicros(pid), 0);
  const cpuBefore = cpuOfAll();
  const startedMs = performance.now();
  const cold = await shop.offer({
    ...{ productId: productIds, prefix, patienceMs: PATIENCE_MS },
    ...{ arrivals: COLD_PER_SECOND * seconds, perSecond: COLD_PER_SECOND },
    ...{ connections: COLD_CONNECTIONS, maxConnections: MAX_COLD_CONNECTIONS },
  });
  const micros = cpuOfAll() - cpuBefore + cold.cpuMicros;
  return { cold, cores: micros / 1_000 / (performance.now() - startedMs) };
};

/** How many bought; throws where anybody was not answered, or answered otherwise. */
const soldCold = ({ byOutcome, unanswered }: OpenLoopReport): number => {
  const { 201: sold, ...others } = byOutcome;
  if (sold === undefined || unanswered > 0 || Object.keys(others).length > 0)
    throw new Error(
      `cold products: ${String(unanswered)} never answered, and other answers: ${JSON.stringify(others)}`,
    );
  return sold.answers;
};
