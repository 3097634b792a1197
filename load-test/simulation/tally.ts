/** What one seed came to, without its trace. */
export interface SeedResult {
  readonly seed: number;
  readonly counts: readonly (readonly [what: string, count: number])[];
  readonly virtualMs: number;
  readonly events: number;
  readonly hash: number;
  /** One sentence; null where nothing was violated. */
  readonly violation: string | null;
}

export interface Distribution {
  readonly what: string;
  readonly sum: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What a seed must have seen to count. */
export const WANTED: Readonly<Record<string, number>> = { attempts: 200, processes: 3, "faults that struck": 5 };
/** Counted where the search gave a history up. */
const UNDECIDED = "buyers' histories undecided";

/**
 * Sums up seeds in any order, in memory that does not grow with their number: how many seeds had which count of a thing, for there are
 * only so many counts.
 */
export class Tally {
  readonly #seedsByCount = new Map<string, Map<number, number>>();
  seeds = 0;
  virtualMs = 0;
  events = 0;
  readonly violations: { readonly seed: number; readonly sentence: string }[] = [];
  readonly tooQuiet: number[] = [];
  readonly undecided: number[] = [];

  add({ seed, counts, virtualMs, events, violation }: SeedResult): void {
    this.seeds += 1;
    this.virtualMs += virtualMs;
    this.events += events;
    for (const [what, count] of counts) {
      const seeds = this.#seedsByCount.get(what) ?? new Map<number, number>();
      seeds.set(count, (seeds.get(count) ?? 0) + 1);
      this.#seedsByCount.set(what, seeds);
    }
    const countOf = new Map(counts);
    const isTooQuiet = Object.entries(WANTED).some(([what, least]) => (countOf.get(what) ?? 0) < least);
    if (violation !== null) this.violations.push({ seed, sentence: violation });
    else if (isTooQuiet) this.tooQuiet.push(seed);
    if ((countOf.get(UNDECIDED) ?? 0) > 0) this.undecided.push(seed);
  }

  /** Of each thing, zeros included: a seed in which it did not happen had none. */
  distributions(): Distribution[] {
    return [...this.#seedsByCount]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([what, seeds]) => {
        const withIt = [...seeds.values()].reduce((sum, count) => sum + count, 0);
        const byCount = new Map(seeds);
        if (withIt < this.seeds) byCount.set(0, (byCount.get(0) ?? 0) + this.seeds - withIt);
        const sorted = [...byCount].sort(([a], [b]) => a - b);
        const sum = sorted.reduce((total, [count, often]) => total + count * often, 0);
        let passed = 0;
        const middle = Math.floor(this.seeds / 2);
        const [median] = sorted.find(([, often]) => (passed += often) > middle) ?? [0];
        return { what, sum, min: sorted[0]?.[0] ?? 0, median, max: sorted.at(-1)?.[0] ?? 0 };
      });
  }
}

export const tableOf = (distributions: readonly Distribution[]): string[] => {
  const row = (name: string, ...cells: (string | number)[]): string =>
    `${name.padEnd(44)}${cells.map((cell) => String(cell).padStart(12)).join("")}`;
  return [
    row("", "all", "seed: min", "median", "max"),
    ...distributions.map(({ what, sum, min, median, max }) => row(what, sum, min, median, max)),
  ];
};
