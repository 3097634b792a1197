import { kindsOf, WANTED } from "./kinds.js";
import type { Operation } from "./operation.js";

/** What was asked, and what was answered. */
export interface Tally {
  add(operation: Operation, answer: unknown): void;
  /** Adds what another has counted. */
  merge(counted: Counted): void;
  counted(): Counted;
  operations(): number;
  /** By kind of operation, in the order of the ports. */
  rows(): readonly { readonly kind: string; readonly count: number; readonly answers: ReadonlyMap<string, number> }[];
  /** "operation: answer" of every kind that never came. */
  missing(): string[];
}

/** What a tally holds, as it can be sent between threads. */
export interface Counted {
  readonly operations: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export const createTally = (): Tally => {
  const operations = new Map<string, number>();
  const answers = new Map<string, Map<string, number>>();
  const answersOf = (kind: string): Map<string, number> => {
    const found = answers.get(kind) ?? new Map<string, number>();
    answers.set(kind, found);
    return found;
  };
  return {
    add(operation, answer) {
      const { kind } = operation;
      more(operations, kind, 1);
      for (const one of kindsOf(operation, answer)) more(answersOf(kind), one, 1);
    },
    merge(counted) {
      for (const [kind, count] of counted.operations) more(operations, kind, count);
      for (const [kind, found] of counted.answers)
        for (const [answer, count] of found) more(answersOf(kind), answer, count);
    },
    counted: () => ({ operations, answers }),
    operations: () => [...operations.values()].reduce((sum, count) => sum + count, 0),
    rows: () =>
      Object.keys(WANTED).map((kind) => ({ kind, count: operations.get(kind) ?? 0, answers: answersOf(kind) })),
    missing: () =>
      Object.entries(WANTED).flatMap(([kind, wanted]) =>
        wanted.filter((answer) => !answersOf(kind).has(answer)).map((answer) => `${kind}: ${answer}`),
      ),
  };
};

const more = (counts: Map<string, number>, key: string, by: number): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by);
