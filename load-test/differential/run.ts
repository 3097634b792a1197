import { compare, type Difference } from "./compare.js";
import { drawSequence } from "./draw.js";
import type { Sequence } from "./operation.js";
import type { RealStores } from "./real.js";
import { shrink } from "./shrink.js";
import { createTally, type Tally } from "./tally.js";

export interface Finding {
  readonly seed: number;
  readonly sequence: Sequence;
  readonly difference: Difference;
}

export interface Outcome {
  readonly tally: Tally;
  readonly sequences: number;
  /** Sets of operations that were carried out at once. */
  readonly sets: number;
  /** Sequences that were begun again, since a store gave an operation up: on a busy machine its own time-outs strike. */
  readonly repeated: number;
  readonly finding: Finding | null;
}

export interface RunOptions {
  /** Stores of its own for each of the sequences that are under way at once. */
  readonly lanes: readonly RealStores[];
  /** Number of the first lane, where other threads have lanes as well: their names must not meet. */
  readonly firstLane?: number;
  readonly seed: number;
  readonly sequences: number;
  readonly progress?: (done: number) => void;
}

/** Something that runs at once may come out another way the next time. */
const TRIES_OF_SETS = 4;

/** What the specification never says. */
const UNANSWERED = '"fault":"StoreUnavailable"';
const TRIES_OF_A_BUSY_STORE = 4;

/** Sequence after sequence, until one differs: that one is made as short as it can be. */
export async function run({
  lanes,
  firstLane = 0,
  seed,
  sequences,
  progress = () => undefined,
}: RunOptions): Promise<Outcome> {
  const tally = createTally();
  const runs = lanes.map(() => 0);
  let [begun, done, sets, repeated] = [0, 0, 0, 0];
  const found: { readonly sequence: Sequence; readonly difference: Difference }[] = [];

  async function compareIn(lane: number, stores: RealStores, sequence: Sequence, counted = false) {
    for (let attempt = 1; ; attempt += 1) {
      runs[lane] = (runs[lane] ?? 0) + 1;
      const place = { lane: firstLane + lane, run: runs[lane] };
      const difference = await compare(stores, sequence, place, counted ? tally.add : undefined);
      if (!difference?.real.some((answer) => answer.includes(UNANSWERED)) || attempt === TRIES_OF_A_BUSY_STORE)
        return difference;
      repeated += 1;
    }
  }

  await Promise.all(
    lanes.map(async (stores, lane) => {
      while (begun < sequences && found.length === 0) {
        begun += 1;
        const sequence = await drawSequence(seed + begun - 1);
        const difference = await compareIn(lane, stores, sequence, true);
        if (difference) found.push({ sequence, difference });
        sets += sequence.steps.filter(({ operations }) => operations.length > 1).length;
        progress((done += 1));
      }
    }),
  );

  // Of several lanes that found something, the one of the lowest seed.
  const [first] = found.sort((a, b) => a.sequence.seed - b.sequence.seed);
  const [stores] = lanes;
  if (!first || !stores) return { tally, sequences: done, sets, repeated, finding: null };
  const finding = await shortest(first, (sequence) => compareIn(0, stores, sequence));
  return { tally, sequences: done, sets, repeated, finding };
}

async function shortest(
  found: { readonly sequence: Sequence; readonly difference: Difference },
  again: (sequence: Sequence) => Promise<Difference | null>,
): Promise<Finding> {
  let { difference } = found;
  const differs = async (sequence: Sequence): Promise<boolean> => {
    const tries = sequence.steps.some(({ operations }) => operations.length > 1) ? TRIES_OF_SETS : 1;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const seen = await again(sequence);
      if (seen) {
        difference = seen;
        return true;
      }
    }
    return false;
  };
  const sequence = await shrink(found.sequence, differs);
  return { seed: sequence.seed, sequence, difference };
}
