// The page that sums up what the long runs saw: npm run reliability [-- --check]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { proofsOf } from "./contract/tests.js";
import { readEvidence } from "./evidence.js";
import { rowEvidence } from "./faults/report.js";
import { LONGEST_TO_NEXT_SALE_MS } from "./faults/row.js";
import { stripChart } from "./reliability/chart.js";
import { LONG_RUNS, reliabilityDocument, type Evidence } from "./reliability/document.js";
import type { Guard } from "./reliability/guards.js";

const USAGE = `npm run reliability [-- --check]

Writes docs/reliability.md and its chart out of docs/evidence/ and load-test/reliability/guards.json.

  --check  writes nothing; fails where they are old, or where a test that is said to show a guard is gone
`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const pages = (guards: readonly Guard[]): Record<string, string> => {
  const rows = rowEvidence();
  const longRuns = new Map(
    LONG_RUNS.flatMap(({ name }) => {
      const evidence = readEvidence(name) as Evidence | null;
      return evidence === null ? [] : [[name, evidence] as const];
    }),
  );
  const strips = rows.flatMap(({ name, about, runs }) =>
    runs === null
      ? []
      : [{ label: `${name}  ${about}`, valuesMs: runs.reports.map(({ longestToNextSaleMs }) => longestToNextSaleMs) }],
  );
  const title = "From the end of a fault to the next 201, the longest of each run";
  return {
    "docs/reliability.md": reliabilityDocument({ rows, longRuns, guards }),
    "docs/images/reliability-next-sale.svg": stripChart(title, strips, LONGEST_TO_NEXT_SALE_MS),
  };
};

const main = async (check: boolean): Promise<number> => {
  const guards = JSON.parse(read("load-test/reliability/guards.json")) as readonly Guard[];
  const made = pages(guards);
  if (!check) {
    for (const [path, text] of Object.entries(made)) writeFileSync(join(root, path), text);
    return 0;
  }
  const titles = (await proofsOf(root)).map(({ title }) => title);
  const gone = guards.flatMap(({ shownBy }) => shownBy.filter((end) => !titles.some((title) => title.endsWith(end))));
  for (const title of gone) say(`no test is called "… ${title}"`);
  const old = Object.entries(made).filter(([path, text]) => read(path) !== text);
  for (const [path] of old) say(`${path} is old: npm run reliability writes it anew.`);
  say(`${String(guards.length)} guards, ${String(gone.length)} of their tests gone, ${String(old.length)} pages old.`);
  return gone.length > 0 || old.length > 0 ? 1 : 0;
};

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) process.stdout.write(USAGE);
else process.exitCode = await main(values.check);
