import type { NodePlan } from "./api-fleet.js";
import { shownNote, type Notes } from "./notes.js";
import type { Edit } from "./sabotage.js";
import type { Stage } from "./stage.js";

/** How large a run is. Mocha takes the small one. */
export interface Scale {
  readonly units: number;
  /** Faults of each kind. */
  readonly strikes: number;
}

export const SMALL: Scale = { units: 400, strikes: 2 };
export const LARGE: Scale = { units: 800, strikes: 3 };

/** What a negative control changes: a line of the product as its processes load it, or what the harness plants around the ports. */
export interface Sabotage {
  readonly edits?: readonly Edit[];
  readonly plan?: NodePlan;
}

export interface RowOptions {
  readonly seed: number;
  readonly scale: Scale;
  readonly sabotage?: Sabotage;
  /** Of a row that lasts as long as it is told to. */
  readonly minutes?: number;
  /** Ctrl-C: such a row ends, and reports what it has seen. */
  readonly interrupted?: AbortSignal;
}

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6";

/** The same row over a product that was broken on purpose: a checker that stays green then would prove nothing. */
export interface Control {
  /** What is then built. */
  readonly built: string;
  readonly sabotage: Sabotage;
  /** The invariant that must be found broken. */
  readonly breaks: Invariant;
  /** How large a run must be to show it; the small one where it is left out. */
  readonly scale?: Scale;
}

/** One kind of fault, and what must be seen for the run to have shown anything. */
export interface Row {
  /** As the table of docs/reliability.md has it. */
  readonly name: string;
  /** What strikes, and where. */
  readonly about: string;
  readonly how: string;
  readonly mustHold: string;
  readonly controls: readonly Control[];
  run(stage: Stage, options: RowOptions): Promise<RowReport>;
}

export interface RowReport {
  readonly seed: number;
  /** By step: how often the fault struck it. */
  readonly struck: Readonly<Record<string, number>>;
  readonly answered201: number;
  readonly voids: number;
  readonly rebuilds: number;
  readonly ambiguousCommits: number;
  /** From the end of a fault to the next 201 whose buyer asked after it, the longest of the run. */
  readonly longestToNextSaleMs: number;
  /** From the admission of a hold, or the end of the fault that kept it, to when it was seen last; the longest of the run. */
  readonly longestHeldMs: number;
  /** What else is worth knowing. */
  readonly notes: Notes;
  readonly violations: readonly string[];
  /** Slower than it should be: no bug by itself, and a busy machine's doing as often as the product's. */
  readonly slow: readonly string[];
  /** What the row is about and did not happen: then it has shown nothing. */
  readonly missing: readonly string[];
}

/** The report of a run that did not come to its end: what it waited for did not happen, or the harness could not go on. */
export const cutShort =
  (seed: number) =>
  (fault: unknown): RowReport => ({
    seed,
    struck: {},
    answered201: 0,
    voids: 0,
    rebuilds: 0,
    ambiguousCommits: 0,
    longestToNextSaleMs: 0,
    longestHeldMs: 0,
    notes: {},
    violations: [`I5: the run did not come to its end: ${String(fault)}`],
    slow: [],
    missing: [],
  });

/** Life of a hold in these runs: short, so that the reaper has its turn within seconds. */
export const LOCK_TTL_MS = 1_200;
export const LONGEST_TO_NEXT_SALE_MS = 5_000;
/** After the end of a hold's life. */
const LONGEST_PAST_DEADLINE_MS = 2_000;

export const isGreen = ({ violations, missing }: RowReport): boolean => violations.length === 0 && missing.length === 0;

/** The names of those that are 0. */
export const zeroes = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [] : [`${name}: 0`]));

/** What took longer than is promised. */
export const slowness = (longestToNextSaleMs: number, longestHeldMs: number, lockTtlMs = LOCK_TTL_MS): string[] => [
  ...(longestToNextSaleMs > LONGEST_TO_NEXT_SALE_MS ? [`${String(longestToNextSaleMs)} ms to the next 201`] : []),
  ...(longestHeldMs > lockTtlMs + LONGEST_PAST_DEADLINE_MS ? [`units were held for ${String(longestHeldMs)} ms`] : []),
];

export const describe = (report: RowReport): string => {
  const counts = Object.entries(report.struck).map(([step, count]) => `${step}: ${String(count)}`);
  const notes = Object.entries(report.notes).map(([name, value]) => `${name}: ${shownNote(value)}`);
  return [
    ...counts,
    `201s: ${String(report.answered201)}`,
    `voids: ${String(report.voids)}`,
    `rebuilds: ${String(report.rebuilds)}`,
    `ambiguous commits: ${String(report.ambiguousCommits)}`,
    `longest to next 201: ${String(report.longestToNextSaleMs)} ms`,
    `longest held: ${String(report.longestHeldMs)} ms`,
    ...notes,
    `seed: ${String(report.seed)}`,
  ].join(", ");
};
