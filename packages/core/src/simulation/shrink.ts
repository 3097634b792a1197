import type { Invariant } from "./journal.js";
import type { Plan } from "./plan.js";
import { simulate, type SimulationReport } from "./simulate.js";
import type { WorldOptions } from "./world.js";

/** A smaller plan that breaks the same invariant. */
export interface Shrunk {
  /** Run again with the same seed and `replan: () => plan`, it fails in the same way, instant by instant. */
  readonly plan: Plan;
  readonly invariant: Invariant;
  /** The run of that plan, traced. */
  readonly report: SimulationReport;
  /** Runs that it took. */
  readonly runs: number;
}

/** Plans that are simpler than this one, each by itself. */
type Simplify = (plan: Plan) => readonly Plan[];

/**
 * Makes a failing seed's plan smaller while the same invariant still breaks: fewer faults, changes, attempts and processes, shorter ways.
 * Greedy delta debugging (Zeller & Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): whatever can be left out is, until
 * nothing can or `maxRuns` are used up. Null where the seed does not fail.
 */
export async function shrink(options: WorldOptions, maxRuns = 400): Promise<Shrunk | null> {
  const first = await simulate(options);
  const invariant = first.violation?.invariant;
  if (invariant === undefined) return null;
  let { plan } = first;
  let runs = 1;

  const run = (candidate: Plan, traced = false) => simulate({ ...options, replan: () => candidate, traced });
  async function stillFails(candidate: Plan): Promise<boolean> {
    runs += 1;
    return (await run(candidate)).violation?.invariant === invariant;
  }

  /** Takes simpler plans as long as one of them fails. Answers whether there was one. */
  async function simplify(simpler: Simplify): Promise<boolean> {
    let isSimpler = false;
    for (let candidates = simpler(plan), index = 0; index < candidates.length && runs < maxRuns; index += 1) {
      const candidate = candidates[index];
      if (!candidate || !(await stillFails(candidate))) continue;
      plan = candidate;
      isSimpler = true;
      [candidates, index] = [simpler(plan), -1];
    }
    return isSimpler;
  }

  for (let isSimpler = true; isSimpler && runs < maxRuns;) {
    isSimpler = false;
    for (const simpler of [quieter, fewerFaults, fewer]) isSimpler = (await simplify(simpler)) || isSimpler;
  }
  return { plan, invariant, report: await run(plan, true), runs: runs + 1 };
}

/** Whole kinds of trouble less. */
const quieter: Simplify = (plan) => {
  const { odds, changes } = plan;
  const simpler: Plan[] = [];
  if (plan.leastFaults > 0) simpler.push({ ...plan, leastFaults: 0 });
  if (plan.sales.length > 1) simpler.push({ ...plan, sales: [plan.sales[0]] });
  if (changes.everyMs > 0) simpler.push({ ...plan, changes: { ...changes, everyMs: 0 } });
  if (changes.regret > 0) simpler.push({ ...plan, changes: { ...changes, regret: 0 } });
  for (const [what, chance] of Object.entries(odds))
    if (chance > 0) simpler.push({ ...plan, odds: { ...odds, [what]: 0 } });
  if (plan.slowestMs > SHORTEST_MS) simpler.push({ ...plan, slowestMs: SHORTEST_MS });
  return simpler;
};
const SHORTEST_MS = 5;

/** Half of the faults less, then a quarter, and so on to each of them. */
const fewerFaults: Simplify = (plan) => without(plan.faults).map((faults) => ({ ...plan, faults }));

const fewer: Simplify = (plan) => {
  const { changes } = plan;
  const simpler = changes.kinds.length > 1 ? without(changes.kinds).filter((kinds) => kinds.length > 0) : [];
  return [
    ...simpler.map((kinds) => ({ ...plan, changes: { ...changes, kinds } })),
    ...lower(plan.attempts, 1).map((attempts) => ({ ...plan, attempts })),
    ...lower(plan.processes, 1).map((processes) => ({ ...plan, processes })),
    ...lower(plan.users, 1).map((users) => ({ ...plan, users })),
    ...lower(plan.crowdMs, 1_000).map((crowdMs) => ({ ...plan, crowdMs })),
  ];
};

/** The list without a stretch of it, the longest stretches first. */
function without<T>(items: readonly T[]): T[][] {
  const shorter: T[][] = [];
  for (let size = items.length; size >= 1; size = Math.floor(size / 2))
    for (let start = 0; start < items.length; start += size)
      shorter.push([...items.slice(0, start), ...items.slice(start + size)]);
  return shorter;
}

/** Half of it, or a little less of it. */
function lower(count: number, least: number): number[] {
  const halves = [Math.floor(count / 2), Math.floor((count * 7) / 8)];
  return [...new Set(halves)].filter((one) => one >= least && one < count);
}
