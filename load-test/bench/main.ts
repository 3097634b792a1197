// How fast it is, beside what its users could pick instead: npm run bench [-- --help]
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { origin } from "../evidence.js";
import { comparison } from "./compare.js";
import { hardware } from "./hardware.js";
import { keep, readKept } from "./kept.js";
import { lineChart } from "./line-chart.js";
import { table } from "./markdown.js";
import type { Findings, Measurement } from "./measurement.js";
import { MEASUREMENTS } from "./measurements.js";
import { benchOptions, usage, type BenchOrder } from "./options.js";
import { performanceDocument } from "./page.js";

const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const writePage = (): void => {
  const found = MEASUREMENTS.map((measurement) => ({ measurement, kept: readKept(measurement.name) }));
  mkdirSync(`${docs}images`, { recursive: true });
  writeFileSync(`${docs}performance.md`, performanceDocument(found));
  for (const { kept } of found)
    for (const chart of kept?.charts ?? []) writeFileSync(`${docs}images/${chart.name}.svg`, lineChart(chart));
  say("Written: docs/performance.md and its charts");
};

const show = ({ name, about }: Measurement, { targets, tables, figures }: Findings): void => {
  print(`\n# ${about}\n`);
  for (const { title, head, rows } of tables) print(`${title}\n\n${table(head, rows)}\n`);
  print(
    table(
      ["work", "target", "measured", "met"],
      targets.map((row) => [row.work, row.target, row.measured, row.met ? "yes" : "NO"]),
    ),
  );
  const compared = comparison(figures, readKept(name)?.figures ?? null);
  if (compared !== null) print(`\nBeside the run that was kept:\n\n${compared}`);
};

const measureAll = async ({ measurements, quick, write }: Extract<BenchOrder, { kind: "measure" }>): Promise<void> => {
  say(hardware());
  for (const measurement of measurements) {
    const from = origin(`npm run bench -- --only ${measurement.name} --write`);
    say(`${measurement.name}: ${measurement.about}`);
    const findings = await measurement.measure({ quick, say });
    show(measurement, findings);
    // One by one: what was measured is kept also where a later one fails.
    if (write) keep(measurement.name, { ...from, ...findings });
  }
  if (write) writePage();
};

try {
  const order = benchOptions(process.argv.slice(2), MEASUREMENTS);
  if (order.kind === "help") print(usage(MEASUREMENTS));
  else if (order.kind === "page") writePage();
  else await measureAll(order);
} catch (fault) {
  say(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  process.exitCode = 1;
}
