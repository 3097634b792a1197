import type { HttpContestant } from "../contestants/contestant.js";
import type { Latencies, OpenLoopReport } from "../load/open-loop.js";
import { awake } from "../turns/awake.js";

export interface Offer {
  readonly contestant: HttpContestant;
  /** The share of its capacity. */
  readonly load: number;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface OfferedRound {
  readonly contestant: string;
  readonly load: number;
  readonly perSecond: number;
  /** 201s a second while requests came: those that were answered later are not counted. */
  readonly goodput: number;
  readonly served: Latencies;
  /** Null where nobody was refused. */
  readonly refused: Latencies | null;
  /** Answers that are neither 201 nor 429. */
  readonly others: number;
  readonly report: OpenLoopReport;
}

const SERVED = "201";
const REFUSED = "429 OVERLOADED";
/** A write was sent, and nobody knows what came of it. */
const MAY_STAND = "503 UNAVAILABLE";

/** Connections stand before the first request comes: to open one costs the server as much as to answer, and happens once a visitor. */
const CONNECTIONS = 512;
/** Above the product's limit of purchases under way (2,048), so that it is the product that refuses, and not the generator that waits. */
export const MAX_CONNECTIONS = 6_000;
const PATIENCE_MS = 60_000;

let offersMade = 0;

/** Offers a load once. Throws where a request was never answered, or where orders and answers differ. */
export const offerLoad = ({ contestant, load, perSecond, seconds }: Offer): Promise<OfferedRound> =>
  awake(contestant, async () => {
    const arrivals = Math.round(perSecond * seconds);
    const productId = await contestant.open(arrivals);
    offersMade += 1;
    const report = await contestant.offer({
      productId,
      arrivals,
      perSecond,
      connections: load < 1 ? CONNECTIONS : MAX_CONNECTIONS,
      maxConnections: MAX_CONNECTIONS,
      prefix: `o${String(offersMade)}`,
      patienceMs: PATIENCE_MS,
    });
    check(contestant.name, report, await contestant.countOrders(productId));
    const served = report.byOutcome[SERVED];
    if (!served) throw new Error(`${contestant.name} served nobody: ${outcomesOf(report)}`);
    const refused = report.byOutcome[REFUSED] ?? null;
    const others = report.all.answers - served.answers - (refused?.answers ?? 0);
    const goodput = served.inTime / seconds;
    return { contestant: contestant.name, load, perSecond, goodput, served, refused, others, report };
  });

const outcomesOf = ({ byOutcome }: OpenLoopReport): string =>
  Object.entries(byOutcome)
    .map(([outcome, { answers }]) => `${String(answers)} × ${outcome}`)
    .join(", ");

const check = (name: string, report: OpenLoopReport, orders: number | null): void => {
  const { byOutcome, unanswered, lostFor } = report;
  if (unanswered > 0)
    throw new Error(
      `${name}: ${String(unanswered)} requests were never answered (${lostFor.join(", ")}), the others: ${outcomesOf(report)}`,
    );
  const unforeseen = Object.keys(byOutcome).find((outcome) => ![SERVED, REFUSED, MAY_STAND].includes(outcome));
  if (unforeseen !== undefined) throw new Error(`${name} answered ${unforeseen}: ${outcomesOf(report)}`);
  if (orders === null) return;
  const sold = byOutcome[SERVED]?.answers ?? 0;
  const mayStand = byOutcome[MAY_STAND]?.answers ?? 0;
  if (orders < sold || orders > sold + mayStand)
    throw new Error(`${name}: ${String(orders)} orders stand, but the answers were ${outcomesOf(report)}`);
};

export const line = ({ contestant, load, goodput, served, refused, others, report }: OfferedRound): string => {
  const ms = ({ p50Ms, p99Ms, p999Ms, maxMs }: Latencies): string =>
    [p50Ms, p99Ms, p999Ms, maxMs].map((value) => value.toFixed(1)).join("/");
  const refusals = refused === null ? "" : `; ${String(refused.answers)} × 429 in ${ms(refused)} ms`;
  const strange = others === 0 ? "" : `; ${String(others)} others`;
  const kept = `generator ${report.lateMs.p99.toFixed(1)} ms late, ${String(report.mostConnections)} connections`;
  return `${contestant} at ${String(load * 100)} %: ${goodput.toFixed(0)}/s, p50/99/99.9/max ${ms(served)} ms${refusals}${strange}; ${kept}`;
};
