import { parseArgs } from "node:util";
import type { ContestantName } from "./contestant.js";

export interface BenchOptions {
  readonly rounds: number;
  /** Buyers a round. Not the same for all: what counts is that a round lasts long enough for a clock of 10 ms. */
  readonly buyers: Readonly<Record<ContestantName, number>>;
  readonly connections: readonly number[];
  readonly contestants: readonly ContestantName[];
  readonly embeddedAtOnce: number;
  /** Writes docs/performance.md and docs/performance.json. */
  readonly write: boolean;
}

const BUYERS = { "null route": 16_000, baseline: 4_000, product: 12_000, embedded: 24_000 };
const QUICK_BUYERS = { "null route": 12_000, baseline: 600, product: 3_000, embedded: 6_000 };

const NAMES = ["null route", "baseline", "product", "embedded"] as const;

export const USAGE = `npm run bench [-- --quick] [--rounds N] [--connections 64,8] [--only NAMES] [--no-write]

  --quick        smaller rounds, over within two minutes; writes nothing
  --rounds       rounds that count, five or more (7; with --quick 5)
  --connections  how many buyers buy at once over HTTP (64,8)
  --only         some of the contestants: "null route,product"; writes nothing
  --no-write     leaves docs/performance.md and docs/performance.json as they are
`;

/** Undefined where help was asked for. */
export const benchOptions = (args: readonly string[]): BenchOptions | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      connections: { type: "string", default: "64,8" },
      only: { type: "string" },
      "no-write": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = wholeNumber("--rounds", values.rounds ?? (values.quick ? "5" : "7"), 5);
  return {
    rounds,
    buyers: values.quick ? QUICK_BUYERS : BUYERS,
    connections: values.connections.split(",").map((text) => wholeNumber("--connections", text, 1)),
    contestants: values.only === undefined ? NAMES : values.only.split(",").map(contestantName),
    embeddedAtOnce: 1_024,
    write: !values.quick && values.only === undefined && !values["no-write"],
  };
};

const wholeNumber = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name} takes whole numbers from ${String(least)} on, not "${text}"`);
  return value;
};

const contestantName = (text: string): ContestantName => {
  const found = NAMES.find((name) => name === text.trim());
  if (!found) throw new Error(`--only takes ${NAMES.join(", ")}, not "${text}"`);
  return found;
};
