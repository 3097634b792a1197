import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Plan } from "@flash-sale/core/simulation";

export const USAGE = `npm run sim -- [--seeds 1000] [--from 1] [--jobs N] [--stores FILE] [--write]
npm run sim -- --seed N [--plan FILE] [--trace] [--stores FILE]
npm run sim -- --controls [--write]

Simulates flash sales: several API processes on a virtual clock, over stores that fail. A seed decides
everything that chance decides, so the same seed is the same sale, instant by instant.

Many of them:
  --seeds   how many seeds                                        (1000)
  --from    the first of them                                     (1)
  --jobs    threads that share them                               (one a core)
  --write   puts what was seen into docs/simulation.md and docs/evidence/simulation.json

One of them again:
  --seed    its number
  --trace   prints all that happened, line by line
  --plan    a file with the plan that the seed is to follow in place of its own, as a shrunk one is printed

Either way:
  --stores  a module that exports rewire(stores): your adapter in place of the simulated one

The negative controls:
  --controls  takes the protocol's guards out of the simulated world, one at a time: each must break a promise
  --write     keeps which seed showed it in docs/evidence/simulation-controls.json

A promise that is broken is said on stderr at once. The first seed that fails is shrunk: the smallest plan that
was found to break the same promise is printed, and how to run it again. Ctrl-C ends a run with what was seen
so far.

Ends with 0 where all is well; 1 where a promise was broken, a seed was too quiet to count, or a history was
not decided; 2 on wrong usage; 130 after Ctrl-C.

  npm run sim -- --seeds 200                 a first look, half a minute
  npm run sim -- --seeds 100000 --write      all of it
  npm run sim -- --seed 42 --trace | less    one sale, event by event
`;

export class WrongUsage extends Error {}

export interface Many {
  readonly kind: "many";
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly stores: string | null;
  readonly write: boolean;
}

export interface One {
  readonly kind: "one";
  readonly seed: number;
  readonly plan: Plan | null;
  readonly trace: boolean;
  readonly stores: string | null;
}

export interface Controls {
  readonly kind: "controls";
  readonly write: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const OPTIONS = {
  ...{ seeds: text, from: text, jobs: text, seed: text, plan: text, stores: text },
  ...{ trace: flag, write: flag, help: flag, controls: flag },
};

/** @throws WrongUsage */
export const readArguments = (args: readonly string[]): Many | One | Controls | { readonly kind: "help" } => {
  const given = parse(args);
  if (given.help) return { kind: "help" };
  if (given.controls) {
    const other = Object.keys(given).find((name) => name !== "controls" && name !== "write");
    if (other !== undefined) throw new WrongUsage(`--${other} does not go with --controls`);
    return { kind: "controls", write: given.write ?? false };
  }
  const stores = given.stores ?? null;
  if (given.seed === undefined) {
    if (given.plan !== undefined) throw new WrongUsage("--plan goes with --seed: a plan is one seed's");
    if (given.trace) throw new WrongUsage("--trace goes with --seed: nobody reads a thousand traces");
    if (given.write && stores !== null)
      throw new WrongUsage("--write is for the stores that are shipped, and --stores names others");
    return {
      kind: "many",
      from: wholeNumber("from", given.from ?? "1", 0),
      seeds: wholeNumber("seeds", given.seeds ?? "1000", 1),
      jobs: wholeNumber("jobs", given.jobs ?? String(availableParallelism()), 1, 256),
      stores,
      write: given.write ?? false,
    };
  }
  const many = (["seeds", "from", "jobs", "write"] as const).find((name) => given[name] !== undefined);
  if (many !== undefined) throw new WrongUsage(`--${many} is for many seeds, and --seed names one`);
  const plan = given.plan === undefined ? null : readPlan(given.plan);
  return { kind: "one", seed: wholeNumber("seed", given.seed, 0), plan, trace: given.trace ?? false, stores };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (fault) {
    throw new WrongUsage(fault instanceof Error ? fault.message : String(fault));
  }
};

const wholeNumber = (name: string, given: string, min: number, max = Number.MAX_SAFE_INTEGER): number => {
  const number = given.trim() === "" ? NaN : Number(given);
  if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${String(min)}` : `from ${String(min)} to ${String(max)}`;
  throw new WrongUsage(`--${name} must be a whole number ${range}, and not ${JSON.stringify(given)}`);
};

const readPlan = (file: string): Plan => {
  let plan: unknown;
  try {
    plan = JSON.parse(readFileSync(file, "utf8"));
  } catch (fault) {
    throw new WrongUsage(`--plan: ${file} cannot be read as JSON (${fault instanceof Error ? fault.message : ""})`);
  }
  const parts = ["sales", "processes", "users", "attempts", "crowdMs", "faults", "changes", "odds"];
  const missing = parts.filter((part) => typeof plan !== "object" || plan === null || !(part in plan));
  if (missing.length > 0) throw new WrongUsage(`--plan: ${file} is no plan, it has no ${missing.join(", ")}`);
  return plan as Plan;
};
