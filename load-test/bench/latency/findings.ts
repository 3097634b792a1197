import type { Findings, Target } from "../measurement.js";
import { range, spread, type Spread } from "../statistics.js";
import { latencyCharts } from "./charts.js";
import { limitMs, ROUND_TRIP_MS, type Far } from "./far.js";
import { farRoundsAt, p99Ms, REFUSED_WITHIN_MS, roundsAt, type Measured } from "./measured.js";
import type { OfferedRound } from "./offer.js";
import { farTable, loadsTable } from "./tables.js";

const HALF = 0.5;
const FULL = 1;
const TWICE = 2;

export const latencyFindings = (measured: Measured): Findings => {
  const half = roundsAt(measured, "product", HALF);
  const halfOfNull = roundsAt(measured, "null route", HALF);
  const twice = roundsAt(measured, "product", TWICE);
  const toNull = p99Ratio(half, halfOfNull);
  const goodput = goodputOfPeak(measured, twice);
  const toFull = p99Ratio(twice, roundsAt(measured, "product", FULL));
  return {
    targets: [
      {
        work: "p99 at half capacity, open loop",
        target: "≤ 3 × the null route's",
        measured: `${range(toNull)} ×: ${range(p99Ms(half))} ms, the null route ${range(p99Ms(halfOfNull))} ms`,
        met: toNull.median <= 3,
      },
      farTarget(measured.far),
      twiceTarget(twice, goodput, toFull),
    ],
    tables: [loadsTable(measured), farTable(measured.far)],
    charts: latencyCharts(measured),
    figures: {
      "p99 at half capacity: product / null route": toNull,
      "goodput: at twice the capacity / peak": goodput,
      "p99 of the served: at twice the capacity / at capacity": toFull,
      ...farFigures(measured.far),
    },
  };
};

/** Turn by turn: what is compared was measured in the same minute. */
const p99Ratio = (above: readonly OfferedRound[], below: readonly OfferedRound[]): Spread =>
  spread(above.map(({ served }, turn) => served.p99Ms / (below[turn]?.served.p99Ms ?? Number.NaN)));

/** The peak is the best of all loads in the same turn. */
const goodputOfPeak = (measured: Measured, twice: readonly OfferedRound[]): Spread => {
  const perLoad = measured.loads.map((load) => roundsAt(measured, "product", load));
  return spread(
    twice.map(({ goodput }, turn) => goodput / Math.max(...perLoad.map((rounds) => rounds[turn]?.goodput ?? 0))),
  );
};

const farFigures = (far: Far): Findings["figures"] =>
  Object.fromEntries(
    far.distances.map(({ commitMs }) => [
      `p99 at half capacity, ms: commits of ${String(commitMs)} ms, stores ${String(ROUND_TRIP_MS)} ms away`,
      p99Ms(farRoundsAt(far, commitMs)),
    ]),
  );

const farTarget = (far: Far): Target => {
  const seen = far.distances.map(({ commitMs }) => ({ commitMs, p99: p99Ms(farRoundsAt(far, commitMs)) }));
  return {
    work: "p99 at half capacity, open loop, with injected distances",
    target: "≤ 2 fsyncs + 2 store round trips + 5 ms",
    measured: seen
      .map(({ commitMs, p99 }) => `fsync ${String(commitMs)} ms: ${range(p99)} of ${String(limitMs(commitMs))} ms`)
      .join("; "),
    met: seen.every(({ commitMs, p99 }) => p99.median <= limitMs(commitMs)),
  };
};

/** Whoever answers more than this share of what is offered keeps up: then the closed loop found less than the capacity. */
const KEEPS_UP = 0.9;

const twiceTarget = (twice: readonly OfferedRound[], goodput: Spread, toFull: Spread): Target => {
  const refusals = twice.flatMap(({ refused }) => (refused === null ? [] : [refused]));
  const others = twice.reduce((sum, round) => sum + round.others, 0);
  const refusedP99Ms = refusals.length === 0 ? null : spread(refusals.map(({ p99Ms: ms }) => ms));
  const rest =
    refusedP99Ms === null
      ? "nobody was refused"
      : `429 after ${range(spread(refusals.map(({ p50Ms }) => p50Ms)))} ms, p99 ${range(refusedP99Ms)} ms`;
  const areAllQuick = others === 0 && (refusedP99Ms === null || refusedP99Ms.median <= REFUSED_WITHIN_MS);
  const keptUp = spread(twice.map((round) => round.goodput / round.perSecond)).median > KEEPS_UP;
  const doubt = keptUp ? "; it kept up, so this was not twice its capacity" : "";
  return {
    work: "twice the capacity offered",
    target: "goodput ≥ 0.9 × the peak; the rest 429 at once; p99 of the served ≤ 3 × that at 100 %",
    measured: `goodput ${range(goodput)} ×; ${rest}; ${String(others)} answered otherwise; p99 ${range(toFull)} ×${doubt}`,
    met: !keptUp && goodput.median >= 0.9 && areAllQuick && toFull.median <= 3,
  };
};
