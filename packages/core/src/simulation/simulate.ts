import { createBuyers, type Buyers } from "./buyers.js";
import { startChangers } from "./changers.js";
import { startFleet } from "./fleet.js";
import type { Violation } from "./journal.js";
import { startNemesis, type Nemesis } from "./nemesis.js";
import { putOnSale } from "./opening.js";
import { startOperators } from "./operators.js";
import type { Plan } from "./plan.js";
import { answersStill, becomesQuiet, goesOn, isWithoutDrift, opens, sellsOut } from "./recovery.js";
import { judgeAnswers, judgeHistory } from "./verdict.js";
import { createWorld, type World, type WorldOptions } from "./world.js";

/** What happened in one simulated sale. */
export interface SimulationReport {
  readonly seed: number;
  /** What the seed decided: with `replan: () => plan` the same seed does the same again. */
  readonly plan: Plan;
  /** The first thing that must never happen; null where all went well. */
  readonly violation: Violation | null;
  readonly counts: ReadonlyMap<string, number>;
  readonly virtualMs: number;
  readonly events: number;
  /** Equal for two runs in which the same things happened at the same instants. */
  readonly hash: number;
  readonly trace: readonly string[];
}

const LONGEST_CROWD_MS = 120_000;

/** Runs one sale under the faults its seed decides, heals it, and judges all that happened. The same seed, the same run. */
export async function simulate(options: WorldOptions): Promise<SimulationReport> {
  const world = createWorld(options);
  const { scheduler, journal, plan } = world;
  journal.count("processes", plan.processes);
  const fleet = startFleet(world);
  const productIds = await putOnSale(world, fleet);
  const changers = startChangers(world, fleet, productIds);
  const buyers = createBuyers(world, fleet, changers);
  const nemesis = startNemesis(world, fleet, changers, productIds);
  const operators = startOperators(world, fleet, productIds);

  const failed = () => journal.violation() !== null;
  const enough = sendCrowd(world, buyers, nemesis, productIds);
  await scheduler.run(() => failed() || enough(), LONGEST_CROWD_MS);
  operators.stop();
  changers.stop();
  if (!failed()) nemesis.heal();

  const people = { fleet, buyers, changers, operators };
  const steps = [opens, goesOn, becomesQuiet, sellsOut, becomesQuiet, answersStill, becomesQuiet, isWithoutDrift];
  for (const step of steps) if (!failed()) await step(world, people, productIds);
  if (!failed()) judgeAnswers(world, productIds, buyers.purchases);
  if (!failed()) changers.judge();
  if (!failed()) judgeHistory(world, productIds);

  journal.count("attempts", buyers.attempts());
  return {
    seed: options.seed,
    plan,
    violation: journal.violation(),
    counts: journal.counts,
    virtualMs: scheduler.elapsedMs(),
    ...scheduler.digest,
    trace: journal.trace,
  };
}

/** Bursts of buyers with pauses in between. Answers how to ask whether there were enough of them, and of faults. */
function sendCrowd(world: World, buyers: Buyers, nemesis: Nemesis, productIds: readonly string[]): () => boolean {
  const { random, scheduler, plan, journal } = world;
  const burst = Math.max(2, Math.round(plan.attempts / 30));
  const gapMs = plan.crowdMs / 30;

  const enoughBuyers = () => buyers.attempts() >= plan.attempts;
  const enough = () =>
    enoughBuyers() &&
    scheduler.elapsedMs() > plan.crowdMs &&
    (journal.counts.get("faults that struck") ?? 0) >= plan.leastFaults;

  function come(): void {
    if (enough()) return;
    // Planned faults may find nothing to strike.
    if (enoughBuyers() && scheduler.elapsedMs() > plan.crowdMs) nemesis.strike();
    const size = enoughBuyers() ? 1 : random.between(1, 2 * burst);
    for (let one = 0; one < size; one += 1) {
      scheduler.after(random.between(0, 30_000), () => buyers.buy(buyers.draw(productIds)));
    }
    scheduler.after(random.between(0, 2 * gapMs) * 1000, come);
  }
  come();
  return enough;
}
