import type { NodePlan } from "./api-fleet.js";
import type { Stage } from "./stage.js";

/** How large a run is. Mocha takes the small one. */
export interface Scale {
  readonly units: number;
  /** Faults of each kind. */
  readonly strikes: number;
}

export const SMALL: Scale = { units: 400, strikes: 2 };
export const LARGE: Scale = { units: 1_500, strikes: 5 };

export interface RowOptions {
  readonly seed: number;
  readonly scale: Scale;
  /** Negative controls: planted in every API process. */
  readonly sabotage?: NodePlan;
}

/** One kind of fault, and what must be seen for the run to have shown anything. */
export interface Row {
  readonly name: string;
  /** What strikes, and where. */
  readonly about: string;
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
  /** What else is worth knowing. */
  readonly notes: Readonly<Record<string, number | string>>;
  readonly violations: readonly string[];
  /** Slower than it should be: no bug by itself, and a busy machine's doing as often as the product's. */
  readonly slow: readonly string[];
  /** What the row is about and did not happen: then it has shown nothing. */
  readonly missing: readonly string[];
}

export const LONGEST_TO_NEXT_SALE_MS = 5_000;

export const isGreen = ({ violations, missing }: RowReport): boolean => violations.length === 0 && missing.length === 0;

/** The names of those that are 0. */
export const zeroes = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [] : [`${name}: 0`]));

export const describe = (report: RowReport): string => {
  const counts = Object.entries(report.struck).map(([step, count]) => `${step}: ${String(count)}`);
  const notes = Object.entries(report.notes).map(([name, value]) => `${name}: ${String(value)}`);
  return [
    ...counts,
    `201s: ${String(report.answered201)}`,
    `voids: ${String(report.voids)}`,
    `rebuilds: ${String(report.rebuilds)}`,
    `ambiguous commits: ${String(report.ambiguousCommits)}`,
    `longest to next 201: ${String(report.longestToNextSaleMs)} ms`,
    ...notes,
    `seed: ${String(report.seed)}`,
  ].join(", ");
};
