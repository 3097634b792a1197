// npm run faults [-- --rows a,c --runs N --seed S --small --write]: real faults on real processes, as a table.
// --write puts the table into docs/faults.md. Ends with 1 where a row is red, slow, or has shown nothing.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { documentOf, type Run } from "./report.js";
import { describe, isGreen, LARGE, SMALL } from "./row.js";
import { ROWS } from "./rows/index.js";
import { startStage } from "./stage.js";

const DOCUMENT = fileURLToPath(new URL("../../../docs/faults.md", import.meta.url));
const { values } = parseArgs({
  options: {
    rows: { type: "string", default: ROWS.map(({ name }) => name).join(",") },
    runs: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    small: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const wanted = values.rows.split(",");
const unknown = wanted.filter((name) => !ROWS.some((row) => row.name === name));
const runs = Number(values.runs);
const firstSeed = Number(values.seed);
if (unknown.length > 0 || !(runs >= 1) || !Number.isSafeInteger(firstSeed)) {
  process.stderr.write(
    `usage: npm run faults -- [--rows ${ROWS.map(({ name }) => name).join(",")}] [--runs N] [--seed S] [--small] [--write]\n`,
  );
  process.exit(2);
}

const all: Run[] = [];
{
  await using stage = await startStage();
  for (const row of ROWS.filter(({ name }) => wanted.includes(name))) {
    for (let run = 0; run < runs; run += 1) {
      const seed = firstSeed + run;
      const report = await row.run(stage, { seed, scale: values.small ? SMALL : LARGE });
      all.push({ row, report });
      process.stderr.write(`${isGreen(report) ? "green" : "RED  "} ${row.name} ${row.about}: ${describe(report)}\n`);
      for (const wrong of [...report.violations, ...report.missing, ...report.slow])
        process.stderr.write(`      ${wrong}\n`);
    }
  }
}

const document = documentOf(all, firstSeed);
process.stdout.write(`${document}\n`);
if (values.write) {
  await mkdir(dirname(DOCUMENT), { recursive: true });
  await writeFile(DOCUMENT, document);
}
process.exitCode = all.every(({ report }) => isGreen(report) && report.slow.length === 0) ? 0 : 1;
