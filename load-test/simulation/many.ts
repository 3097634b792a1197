import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { keepEvidence, origin } from "../evidence.js";
import type { Many } from "./arguments.js";
import { startCrew, type CrewReport } from "./crew.js";
import { documentOf } from "./document.js";
import { shrinkAndSay } from "./one.js";
import { sayProgress } from "./progress.js";
import { tableOf } from "./tally.js";

const DOCUMENT = fileURLToPath(new URL("../../../docs/simulation.md", import.meta.url));
const STOPPED = 130;
const SHOWN = 20;

type Say = (line: string) => void;

export interface Figures {
  readonly [name: string]: number | string;
}

export const runMany = async (order: Many, say: Say): Promise<number> => {
  const cpuAtStart = process.cpuUsage();
  const crew = startCrew(order, (sentence) => process.stderr.write(`${sentence}\n`));
  const stopSaying = sayProgress(order.seeds, () => {
    return { seeds: crew.tally.seeds, violations: crew.tally.violations.length };
  });
  const stop = (): void => crew.stop();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const report = await crew.report.finally(stopSaying);
  process.off("SIGINT", stop);
  process.off("SIGTERM", stop);

  const { user, system } = process.cpuUsage(cpuAtStart);
  const figures = figuresOf(report, (user + system) / 1000);
  const { tally } = report;
  const distributions = tally.distributions();
  const said = [
    ...tableOf(distributions),
    "",
    ...Object.entries(figures).map(([name, figure]) => `${name}: ${String(figure)}`),
  ];
  for (const line of said) say(line);
  const wrong = [
    ...tally.violations.map(({ sentence }) => sentence),
    ...tally.tooQuiet.map((seed) => `seed ${String(seed)} is too quiet to count`),
    ...tally.undecided.map((seed) => `seed ${String(seed)} has a history that was not decided`),
  ];
  for (const line of wrong.slice(0, SHOWN)) say(line);
  if (wrong.length > SHOWN) say(`... and ${String(wrong.length - SHOWN)} more`);

  if (report.wasStopped) {
    say(`Stopped after ${String(tally.seeds)} of ${String(order.seeds)} seeds: the figures are of those.`);
    if (order.write) say("Nothing was written.");
    return STOPPED;
  }
  const [first] = tally.violations.toSorted((a, b) => a.seed - b.seed);
  if (first) await shrinkAndSay(first.seed, order.stores, say);
  if (order.write) {
    const from = origin(`npm run sim -- --seeds ${String(order.seeds)} --from ${String(order.from)} --write`);
    keepEvidence("simulation", { ...from, summary: figures, distributions });
    await writeFile(DOCUMENT, documentOf(from, said));
    say("docs/simulation.md and docs/evidence/simulation.json are written.");
  }
  return wrong.length === 0 ? 0 : 1;
};

const figuresOf = ({ tally, digest }: CrewReport, cpuMs: number): Figures => {
  const hours = tally.virtualMs / 3_600_000;
  const sumOf = new Map(tally.distributions().map(({ what, sum }) => [what, sum]));
  return {
    seeds: tally.seeds,
    violations: tally.violations.length,
    "seeds too quiet to count": tally.tooQuiet.length,
    "histories explained": sumOf.get("buyers' histories explained") ?? 0,
    "histories undecided": sumOf.get("buyers' histories undecided") ?? 0,
    "faults that struck": sumOf.get("faults that struck") ?? 0,
    events: tally.events,
    "simulated hours": Number(hours.toFixed(1)),
    "simulated hours a CPU minute": Number((hours / (cpuMs / 60_000)).toFixed(2)),
    "CPU ms a seed": Number((cpuMs / Math.max(1, tally.seeds)).toFixed(1)),
    "peak memory MiB": Math.round(process.resourceUsage().maxRSS / 1024),
    digest,
  };
};
