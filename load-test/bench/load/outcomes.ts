import type { Latencies, OpenLoopReport } from "./open-loop.js";
import { statusOf } from "./whole-answer.js";

export interface Outcomes {
  /** The answer to this request came so long after it was due. */
  note(request: number, answer: string, latencyMs: number): void;
  readonly count: () => number;
  /** `everyMs`: a request was due. */
  latencies(everyMs: number): Pick<OpenLoopReport, "all" | "byOutcome">;
}

const NONE = 0;

/** "201"; of a refusal its code too, since more than one stands behind a status. */
const outcomeOf = (answer: string): string => {
  const status = statusOf(answer);
  if (status.startsWith("2")) return status;
  const code = /"code":"(\w+)"/.exec(answer)?.[1];
  return code === undefined ? status : `${status} ${code}`;
};

/** Keeps two numbers a request, in arrays that are there from the start: the generator must not stop to collect garbage. */
export const createOutcomes = (requests: number): Outcomes => {
  const latenciesMs = new Float64Array(requests);
  const outcomes = new Uint8Array(requests).fill(NONE);
  const names = ["none"];
  let count = 0;

  const latenciesOf = (isMeant: (outcome: number) => boolean, everyMs: number): Latencies => {
    const meant = (_: number, request: number): boolean => isMeant(outcomes[request] ?? NONE);
    const cameMs = latenciesMs.map((latencyMs, request) => request * everyMs + latencyMs).filter(meant);
    const inTime = cameMs.filter((ms) => ms <= requests * everyMs).length;
    const lastMs = cameMs.reduce((last, ms) => Math.max(last, ms), 0);
    return { answers: cameMs.length, inTime, lastMs, ...quantiles(latenciesMs.filter(meant)) };
  };

  return {
    note(request, answer, latencyMs) {
      const name = outcomeOf(answer);
      const known = names.indexOf(name);
      outcomes[request] = known === -1 ? names.push(name) - 1 : known;
      latenciesMs[request] = latencyMs;
      count += 1;
    },
    count: () => count,
    latencies: (everyMs) => ({
      all: latenciesOf((outcome) => outcome !== NONE, everyMs),
      byOutcome: Object.fromEntries(
        names.slice(1).map((name, index) => [name, latenciesOf((outcome) => outcome === index + 1, everyMs)]),
      ),
    }),
  };
};

/** Sorts in place. Zeros of none. */
const quantiles = (latenciesMs: Float64Array): Pick<Latencies, "p50Ms" | "p99Ms" | "p999Ms" | "maxMs"> => {
  latenciesMs.sort();
  const at = (share: number): number => latenciesMs[Math.max(0, Math.ceil(share * latenciesMs.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999), maxMs: at(1) };
};
