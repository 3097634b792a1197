import type { Chart } from "./line-chart.js";
import type { Spread } from "./statistics.js";

export interface Settings {
  /** Fewer rounds, smaller ones: to see where one stands, not to be kept. */
  readonly quick: boolean;
  /** Tells whoever waits how far it is. */
  readonly say: (line: string) => void;
}

/** A row of the table of targets. */
export interface Target {
  readonly work: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** How to read it: Markdown. */
  readonly note?: string;
}

/** What one measurement saw, in the one form in which all are kept, compared and shown. */
export interface Findings {
  readonly targets: readonly Target[];
  readonly tables: readonly Table[];
  readonly charts?: readonly Chart[];
  /** What a later run is held against: ratios first of all, since they hardly depend on the minute. */
  readonly figures: Readonly<Record<string, Spread>>;
}

/** One of the bench's measurements. It starts the servers it needs, and stops them. */
export interface Measurement {
  /** As `--only` takes it. */
  readonly name: string;
  readonly about: string;
  /** On a quiet machine. */
  readonly minutes: number;
  /** Is part of the quick form. */
  readonly isQuick?: true;
  measure(settings: Settings): Promise<Findings>;
}
