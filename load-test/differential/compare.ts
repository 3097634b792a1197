import { textOf } from "./answer.js";
import { namesOf, type Names } from "./names.js";
import type { Operation, Sequence, Step } from "./operation.js";
import { perform } from "./perform.js";
import type { RealStores } from "./real.js";
import type { Side } from "./side.js";
import { createSpecification, type Specification } from "./specification.js";

export interface Difference {
  /** Index of the step. */
  readonly step: number;
  readonly real: readonly string[];
  /** What the specification answers, in each order and for each past that had not been ruled out. */
  readonly expected: readonly (readonly string[])[];
}

/** Told of every answer, once a run. */
export type Witness = (operation: Operation, answer: unknown) => void;

/** A past that explains all that the real stores have answered so far. */
interface Candidate {
  readonly specification: Specification;
  readonly history: readonly Operation[];
}

/** Runs a sequence on both sides. Null: no answer differs. */
export async function compare(
  stores: RealStores,
  sequence: Sequence,
  place: { readonly lane: number; readonly run: number },
  witness: Witness = () => undefined,
): Promise<Difference | null> {
  const names = namesOf(place.lane, place.run);
  const sides = await stores.begin(names, sequence);
  let candidates: readonly Candidate[] = [{ specification: createSpecification(sequence.holds), history: [] }];
  try {
    for (const [index, step] of sequence.steps.entries()) {
      const answers = await onReal(sides, names, step);
      for (const [at, operation] of step.operations.entries()) witness(operation, answers[at]);
      const real = answers.map(textOf);
      const expected: string[][] = [];
      candidates = await explaining(candidates, sequence, names, step, real, expected);
      if (candidates.length === 0) return { step: index, real, expected };
    }
    return null;
  } finally {
    await stores.end(names);
  }
}

async function onReal(
  sides: readonly [Side, ...Side[]],
  names: Names,
  { operations, through }: Step,
): Promise<unknown[]> {
  return Promise.all(
    operations.map((operation, at) =>
      perform((through === "several" ? sides[at] : undefined) ?? sides[0], names, operation),
    ),
  );
}

/** The pasts that go on so that every answer was given. Those of one state are one. */
async function explaining(
  candidates: readonly Candidate[],
  sequence: Sequence,
  names: Names,
  { operations }: Step,
  real: readonly string[],
  expected: string[][],
): Promise<readonly Candidate[]> {
  const [first] = operations;
  if (first && operations.length === 1 && candidates.length === 1) {
    const [candidate] = candidates;
    if (!candidate) return [];
    const answer = textOf(await perform(candidate.specification, names, first));
    expected.push([answer]);
    return answer === real[0] ? [{ ...candidate, history: [...candidate.history, first] }] : [];
  }

  const found = new Map<string, Candidate>();
  for (const { history } of candidates) {
    for (const order of orders(operations.length)) {
      const specification = createSpecification(sequence.holds);
      for (const operation of history) await perform(specification, names, operation);
      const answers: string[] = [];
      for (const at of order) {
        const operation = operations[at];
        if (operation) answers[at] = textOf(await perform(specification, names, operation));
      }
      expected.push(answers);
      if (answers.some((answer, at) => answer !== real[at])) continue;
      const state = textOf(await specification.state(names));
      const ordered = order.flatMap((at) => operations[at] ?? []);
      if (!found.has(state)) found.set(state, { specification, history: [...history, ...ordered] });
    }
  }
  return [...found.values()];
}

/** Every order of so many. */
function orders(count: number): number[][] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
  );
}
