// npm run faults: real faults on real processes, as a table. `--help` says how.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runControl, type ControlReport } from "./controls.js";
import { documentOf, keepRow, rowEvidence } from "./report.js";
import { describe, isGreen, LARGE, SMALL, type Row, type RowReport } from "./row.js";
import { ROWS } from "./rows/index.js";
import { startStage, type Stage } from "./stage.js";

const DOCUMENT = fileURLToPath(new URL("../../../docs/faults.md", import.meta.url));
const ALL = ROWS.map(({ name }) => name).join(",");
const USAGE = `npm run faults -- [--rows ${ALL}] [--runs 3] [--seed S] [--small] [--controls] [--write]

  --rows      these rows only; without it all
  --runs      runs a row, with the seeds S, S + 1, ...
  --seed      the first seed; a run with the same seed plans the same faults
  --small     smaller runs, as the test suite has them
  --controls  the negative controls of the rows instead: one line of the product changed, and the row must turn red
  --write     keeps what was seen in docs/evidence/faults/ and makes docs/faults.md of it; other rows stay as they were

Rows:
${ROWS.map(({ name, about }) => `  ${name.padStart(3)}  ${about}`).join("\n")}

Ends with 1 where a row is red, slow, or has shown nothing; with 2 on wrong usage.
`;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: ALL },
    runs: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    small: { type: "boolean", default: false },
    controls: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const refuse = (sentence: string): never => {
  say(`${sentence}\n\n${USAGE}`);
  process.exit(2);
};

if (values.help) {
  process.stdout.write(USAGE);
  process.exit();
}
const wanted = values.rows.split(",");
const unknown = wanted.filter((name) => !ROWS.some((row) => row.name === name));
const runs = Number(values.runs);
const firstSeed = Number(values.seed);
if (unknown.length > 0) refuse(`There is no row ${unknown.join(", ")}.`);
if (!Number.isSafeInteger(runs) || runs < 1) refuse("--runs must be a whole number from 1.");
if (!Number.isSafeInteger(firstSeed) || firstSeed < 0) refuse("--seed must be a whole number from 0.");
const madeBy = (row: Row): string =>
  `npm run faults -- --rows ${row.name} ${values.controls ? "--controls" : `--runs ${String(runs)}`} --seed ${String(firstSeed)}`;

const runsOf = async (stage: Stage, row: Row): Promise<boolean> => {
  const reports: RowReport[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const report = await row.run(stage, { seed, scale: values.small ? SMALL : LARGE });
    reports.push(report);
    say(`${isGreen(report) ? "green" : "RED  "} ${row.name} ${row.about}: ${describe(report)}`);
    for (const wrong of [...report.violations, ...report.missing, ...report.slow]) say(`      ${wrong}`);
  }
  if (values.write) keepRow(row, madeBy(row), { runs: reports });
  return reports.every((report) => isGreen(report) && report.slow.length === 0);
};

const controlsOf = async (stage: Stage, row: Row): Promise<boolean> => {
  const reports: ControlReport[] = [];
  for (const control of row.controls) {
    const report = await runControl(stage, row, control, firstSeed);
    reports.push(report);
    const { red } = report;
    say(`${red === null ? "GREEN" : "red  "} ${row.name} ${control.built}: ${red?.found ?? "nothing was found"}`);
  }
  if (values.write) keepRow(row, madeBy(row), { controls: reports });
  return reports.every(({ red }) => red !== null);
};

let sound = true;
{
  await using stage = await startStage();
  for (const row of ROWS.filter(({ name }) => wanted.includes(name))) {
    const passed = await (values.controls ? controlsOf(stage, row) : runsOf(stage, row));
    sound &&= passed;
    if (values.write) await writeFile(DOCUMENT, documentOf(rowEvidence()));
  }
}
process.exitCode = sound ? 0 : 1;
