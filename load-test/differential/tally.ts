import { kindsOf, WANTED } from "./kinds.js";
import type { Operation } from "./operation.js";

/** What was asked, and what was answered. */
export interface Tally {
  add(operation: Operation, answer: unknown): void;
  operations(): number;
  /** By kind of operation, in the order of the ports. */
  rows(): readonly { readonly kind: string; readonly count: number; readonly answers: ReadonlyMap<string, number> }[];
  /** "operation: answer" of every kind that never came. */
  missing(): string[];
}

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  const answers = new Map<string, Map<string, number>>();
  const answersOf = (kind: string): ReadonlyMap<string, number> => answers.get(kind) ?? new Map<string, number>();
  return {
    add(operation, answer) {
      const { kind } = operation;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      const found = answers.get(kind) ?? new Map<string, number>();
      answers.set(kind, found);
      for (const one of kindsOf(operation, answer)) found.set(one, (found.get(one) ?? 0) + 1);
    },
    operations: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    rows: () => Object.keys(WANTED).map((kind) => ({ kind, count: counts.get(kind) ?? 0, answers: answersOf(kind) })),
    missing: () =>
      Object.entries(WANTED).flatMap(([kind, wanted]) =>
        wanted.filter((answer) => !answersOf(kind).has(answer)).map((answer) => `${kind}: ${answer}`),
      ),
  };
};
