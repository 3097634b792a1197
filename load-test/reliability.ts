// The page that sums up what the long runs saw: npm run reliability [-- --check]
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { proofsOf } from "./contract/tests.js";
import { readEvidence } from "./evidence.js";
import { documentOf, rowEvidence } from "./faults/report.js";
import { LONGEST_TO_NEXT_SALE_MS } from "./faults/row.js";
import { stripChart } from "./reliability/chart.js";
import { LONG_RUNS, reliabilityDocument, type Evidence, type ModelGuard } from "./reliability/document.js";
import type { GuardShown } from "./simulation/controls.js";

const USAGE = `npm run reliability [-- --check]

Writes docs/reliability.md, its chart and docs/faults.md out of docs/evidence/ and the names of the tests.

  --check  writes nothing; fails where they are old
`;

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const RED = {
  redis: "traps, seen red with the guard taken out ",
  postgres: " is seen by this check where the guard is taken out",
};

const traps = async () => {
  const titles = (await proofsOf(root)).map(({ title }) => title);
  return {
    redis: titles.filter((title) => title.startsWith(RED.redis)).map((title) => title.slice(RED.redis.length)),
    postgres: titles
      .filter((title) => title.endsWith(RED.postgres))
      .map((title) =>
        title.replace("the traps of commits, changes and cancellations ", "").slice(0, -RED.postgres.length),
      ),
  };
};

const guardsOf = (name: string): readonly unknown[] =>
  (readEvidence(name) as { readonly guards: readonly unknown[] } | null)?.guards ?? [];

const pages = async (): Promise<Record<string, string>> => {
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
    "docs/faults.md": documentOf(rows),
    "docs/reliability.md": reliabilityDocument({
      rows,
      longRuns,
      simulated: guardsOf("simulation-controls") as readonly GuardShown[],
      modelled: guardsOf("model") as readonly ModelGuard[],
      traps: await traps(),
    }),
    "docs/images/reliability-next-sale.svg": stripChart(title, strips, LONGEST_TO_NEXT_SALE_MS),
  };
};

const main = async (check: boolean): Promise<number> => {
  const made = await pages();
  if (!check) {
    for (const [path, text] of Object.entries(made)) writeFileSync(join(root, path), text);
    return 0;
  }
  const old = Object.entries(made).filter(([path, text]) => read(path) !== text);
  for (const [path] of old) say(`${path} is old: npm run reliability writes it anew.`);
  return old.length > 0 ? 1 : 0;
};

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
});
if (values.help) process.stdout.write(USAGE);
else process.exitCode = await main(values.check);
