import { cpus } from "node:os";
import { isGreen, type Row, type RowReport } from "./row.js";

export interface Run {
  readonly row: Row;
  readonly report: RowReport;
}

/** The document of a run of the command: one line a row, then what else was seen. */
export const documentOf = (runs: readonly Run[], firstSeed: number): string => {
  const rows = [...new Set(runs.map(({ row }) => row))];
  const lines = rows.map((row) =>
    lineOf(
      row,
      runs.filter((run) => run.row === row).map(({ report }) => report),
    ),
  );
  const details = runs.map(({ row, report }) => detailOf(row, report));
  return `# Faults

Real faults on real processes (\`npm run faults\`): API processes, Redis and PostgreSQL, each a process of its own. After every run:
the invariants I1 to I6, by what the clients saw and by what stands in both stores, and the sale sells out to the last unit.
A run in which what the row is about did not happen is red. Times are from the end of the fault to the next 201 whose buyer asked
after it, below 5 s.

Node ${process.version}, ${String(cpus().length)} cores. Seeds from ${String(firstSeed)} on (\`--seed ${String(firstSeed)}\`). Sums over the runs of a row; times are the longest.

| row | what strikes | runs | struck | 201s | voids | rebuilds | ambiguous commits | longest to next 201 | result |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join("\n")}

## Every run

${details.join("\n")}
`;
};

const lineOf = (row: Row, reports: readonly RowReport[]): string => {
  const sum = (of: (report: RowReport) => number): string =>
    String(reports.reduce((total, report) => total + of(report), 0));
  const steps = [...new Set(reports.flatMap(({ struck }) => Object.keys(struck)))];
  const struck = steps.map((step) => `${step}: ${sum((report) => report.struck[step] ?? 0)}`).join("<br>");
  const longestMs = Math.max(...reports.map(({ longestToNextSaleMs }) => longestToNextSaleMs));
  const red = reports.filter((report) => !isGreen(report) || report.slow.length > 0).length;
  const cells = [
    row.name,
    row.about,
    String(reports.length),
    struck,
    sum(({ answered201 }) => answered201),
    sum(({ voids }) => voids),
    sum(({ rebuilds }) => rebuilds),
    sum(({ ambiguousCommits }) => ambiguousCommits),
    `${String(longestMs)} ms`,
    red === 0 ? "pass" : `FAIL (${String(red)})`,
  ];
  return `| ${cells.join(" | ")} |`;
};

const detailOf = (row: Row, { seed, notes, violations, missing, slow }: RowReport): string => {
  const seen = Object.entries(notes).map(([name, value]) => `${name}: ${String(value)}`);
  const wrong = [
    ...violations,
    ...missing.map((what) => `did not happen: ${what}`),
    ...slow.map((what) => `too slow: ${what}`),
  ];
  return [`- ${row.name}, seed ${String(seed)}: ${seen.join("; ")}`, ...wrong.map((what) => `  - **${what}**`)].join(
    "\n",
  );
};
