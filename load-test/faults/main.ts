// npm run faults: real faults on real processes, as a table. `--help` says how.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runControl, type ControlReport } from "./controls.js";
import { documentOf, keepRow, rowEvidence } from "./report.js";
import { cutShort, describe, isGreen, LARGE, SMALL, type Row, type RowReport } from "./row.js";
import { ROWS } from "./rows/index.js";
import { startStage, type Stage } from "./stage.js";

const DOCUMENT = fileURLToPath(new URL("../../../docs/faults.md", import.meta.url));
/** Lasts for as long as it is told to, so it runs only where it is asked for. */
const LONG = "17";
const ALL = ROWS.flatMap(({ name }) => (name === LONG ? [] : [name])).join(",");
const USAGE = `npm run faults -- [--rows ${ALL}] [--runs 3] [--seed S] [--small] [--controls] [--write]

  --rows      these rows only; without it all but ${LONG}
  --runs      runs a row, with the seeds S, S + 1, ...
  --seed      the first seed; a run with the same seed plans the same faults
  --small     smaller runs, as the test suite has them
  --minutes   how long row ${LONG} lasts, once, without --runs; Ctrl-C ends it before with what was seen
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
    minutes: { type: "string", default: "30" },
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
const minutes = Number(values.minutes);
const runs = values.rows === LONG ? 1 : Number(values.runs);
const interrupted = new AbortController();
const firstSeed = Number(values.seed);
if (unknown.length > 0) refuse(`There is no row ${unknown.join(", ")}.`);
if (!Number.isSafeInteger(runs) || runs < 1) refuse("--runs must be a whole number from 1.");
if (!(minutes > 0)) refuse("--minutes must be a number above 0.");
if (!Number.isSafeInteger(firstSeed) || firstSeed < 0) refuse("--seed must be a whole number from 0.");
const madeBy = ({ name }: Row): string => {
  const runsOrMinutes = name === LONG ? `--minutes ${String(minutes)}` : `--runs ${String(runs)}`;
  const size = values.small ? " --small" : "";
  return `npm run faults -- --rows ${name} ${values.controls ? "--controls" : runsOrMinutes} --seed ${String(firstSeed)}${size}`;
};

const runsOf = async (stage: Stage, row: Row): Promise<boolean> => {
  const reports: RowReport[] = [];
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const scale = values.small ? SMALL : LARGE;
    const report = await row
      .run(stage, { seed, scale, minutes, interrupted: interrupted.signal })
      .catch(cutShort(seed));
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

// Once: who asks again does not want to wait.
if (values.rows === LONG) process.once("SIGINT", () => interrupted.abort());
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
