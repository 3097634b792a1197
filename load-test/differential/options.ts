import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export interface Options {
  readonly sequences: number;
  readonly seed: number;
  readonly jobs: number;
  readonly write: boolean;
  /** One sequence alone; null: many. */
  readonly sequence: number | null;
  readonly trace: boolean;
}

export const USAGE = `npm run differential [-- --sequences N] [--seed S] [--jobs J] [--write]
npm run differential -- --sequence SEED [--trace]

Random sequences of port operations, side by side on the memory adapters (the specification) and on a real Redis and a real
PostgreSQL: every answer is compared, and at the end all that can be seen. A sequence that differs is made as short as it can be.
Ends with 1 where an answer differs, or a kind of answer never came.

  --sequences  how many (10000)
  --seed       the first one's seed; each has the next (by the clock)
  --jobs       threads that run them (as many as there are cores)
  --write      puts what was seen into docs/differential.md and docs/evidence/differential.json
  --sequence   the sequence of this seed alone
  --trace      every operation of it, with its answer
`;

/** Undefined where help was asked for. @throws with what is wrong */
export const optionsOf = (args: readonly string[]): Options | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sequences: { type: "string", default: "10000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      jobs: { type: "string", default: String(availableParallelism()) },
      write: { type: "boolean", default: false },
      sequence: { type: "string" },
      trace: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const sequence = values.sequence === undefined ? null : wholeNumber("--sequence", values.sequence, 0, MAX_SEED);
  if (values.trace && sequence === null) throw new Error("--trace shows one sequence: name it with --sequence");
  if (values.write && sequence !== null) throw new Error("--write is for many sequences, not for one");
  return {
    sequences: wholeNumber("--sequences", values.sequences, 1, 10_000_000),
    seed: wholeNumber("--seed", values.seed, 0, MAX_SEED),
    jobs: wholeNumber("--jobs", values.jobs, 1, 32),
    write: values.write,
    sequence,
    trace: values.trace,
  };
};

/** The seeded chance has 32 bits. */
const MAX_SEED = 0xffffffff;

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least || value > most)
    throw new Error(`${name} takes whole numbers from ${String(least)} to ${String(most)}, not "${text}"`);
  return value;
};
