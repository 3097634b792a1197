import type { Moment } from "./recent.js";

export interface ChartPoint extends Moment {
  /** By a line's label; null, or nothing: not known at that moment. */
  readonly values: ReadonlyMap<string, number | null>;
}

export interface ChartLine {
  readonly label: string;
  /** Which of the styles it is drawn in. */
  readonly style: number;
}

export interface ChartTerms {
  readonly title: string;
  /** What is charted, in a few words: of this sale, or of all. */
  readonly scope: string;
  /** Said where there is no line to draw. */
  readonly nothing?: string;
  format(value: number): string;
}

const COLOURS = 6;
const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

/** Twelve styles. Lines of one colour differ in their dashes, so colour is never the only sign. */
export function styleOf(style: number): { readonly colour: string; readonly dash: readonly number[] } {
  return { colour: `--series-${(style % COLOURS) + 1}`, dash: DASHES[style % DASHES.length] ?? [] };
}
