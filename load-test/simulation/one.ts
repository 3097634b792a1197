import { shrink, simulate, type SimulationOptions } from "@flash-sale/core/simulation";
import type { One } from "./arguments.js";
import { rewireFrom, sentenceOf } from "./seed.js";
import { tableOf, Tally } from "./tally.js";

const TRACE_LINES_SHOWN = 60;

type Say = (line: string) => void;

/** One seed again, exactly as it was; one that fails is shrunk, unless it follows a plan that somebody gave it. */
export const runOne = async ({ seed, plan, trace, stores }: One, say: Say): Promise<number> => {
  const options: SimulationOptions = { seed, ...(await rewireFrom(stores)), ...(plan && { replan: () => plan }) };
  const report = await simulate({ ...options, traced: true });
  const shown = trace ? report.trace : report.violation ? report.trace.slice(-TRACE_LINES_SHOWN) : [];
  for (const line of shown) say(line);
  if (!trace) {
    const tally = new Tally();
    tally.add({ ...report, counts: [...report.counts], violation: null });
    for (const line of tableOf(tally.distributions())) say(line);
  }
  say(sentenceOf(report));
  say(`digest ${digestOf(report)}`);
  if (report.violation && plan === null) await shrinkAndSay(seed, stores, say);
  return report.violation ? 1 : 0;
};

export const shrinkAndSay = async (seed: number, stores: string | null, say: Say): Promise<void> => {
  const shrunk = await shrink({ seed, ...(await rewireFrom(stores)) });
  if (!shrunk) {
    say(`seed ${String(seed)} does not fail when it is run again: that is a defect of the simulator`);
    return;
  }
  const { plan, report, runs } = shrunk;
  const { faults, attempts, processes } = plan;
  say("");
  say(
    `Shrunk in ${String(runs)} runs; left are faults: ${String(faults.length)}, attempts: ${String(attempts)}, processes: ${String(processes)}`,
  );
  say("");
  for (const line of report.trace.slice(-TRACE_LINES_SHOWN)) say(line);
  say("");
  say(sentenceOf(report));
  say(`digest ${digestOf(report)}`);
  say("");
  say("Its plan:");
  say(JSON.stringify(plan));
  const wiring = stores === null ? "" : ` --stores ${stores}`;
  say(`Keep it in a file, and run it again: npm run sim -- --seed ${String(seed)} --plan FILE --trace${wiring}`);
};

const digestOf = ({ hash, events }: { readonly hash: number; readonly events: number }): string =>
  `${(hash >>> 0).toString(16).padStart(8, "0")}, ${String(events)} events`;
