import { keepEvidence, origin, readEvidence, type Origin } from "../evidence.js";
import type { ControlReport } from "./controls.js";
import { shownNote, summedNotes } from "./notes.js";
import { isGreen, type Row, type RowReport } from "./row.js";
import { ROWS } from "./rows/index.js";

type RowFacts = Pick<Row, "name" | "about" | "how" | "mustHold">;

/** All that is known of a row: its last runs, and its last negative controls. */
export interface RowEvidence extends RowFacts {
  readonly runs: (Origin & { readonly reports: readonly RowReport[] }) | null;
  readonly controls: (Origin & { readonly reports: readonly ControlReport[] }) | null;
}

const nameOf = ({ name }: RowFacts): string => `faults/row-${name}`;

/** What was kept of every row, in the table's order. */
export const rowEvidence = (): RowEvidence[] =>
  ROWS.flatMap((row) => {
    const kept = readEvidence(nameOf(row)) as RowEvidence | null;
    return kept === null ? [] : [kept];
  });

/** A row is kept whole: what is not new stays as it was. */
export const keepRow = (
  { name, about, how, mustHold }: Row,
  madeBy: string,
  news: { readonly runs: readonly RowReport[] } | { readonly controls: readonly ControlReport[] },
): void => {
  const facts = { name, about, how, mustHold };
  const kept = readEvidence(nameOf(facts)) as RowEvidence | null;
  const { runs = null, controls = null } = kept ?? {};
  keepEvidence(nameOf(facts), {
    ...facts,
    runs: "runs" in news ? { ...origin(madeBy), reports: news.runs } : runs,
    controls: "controls" in news ? { ...origin(madeBy), reports: news.controls } : controls,
  });
};

/** docs/faults.md, from what was kept. */
export const documentOf = (rows: readonly RowEvidence[]): string => `# Faults

Real faults on real processes (\`npm run faults\`): API processes, Redis and PostgreSQL, each a process of its own. After every run:
the invariants I1 to I6, by what the clients saw and by what stands in both stores, and the sale sells out to the last unit.
A run in which what the row is about did not happen is red. The next 201 is one whose buyer asked after the end of the fault, within
5 s. Units are held for at most the hold's life, 1.2 s in these runs (5 s in row 12), and 2 s.

Sums over the runs of a row; times are the longest.

${faultTable(rows)}

${seenTable(rows)}

## Negative controls

The same rows over a product with one line changed, in the processes of the run alone: the checkers must turn red.

${controlsTable(rows)}

## Every run

${rows.flatMap(runsOf).join("\n")}
`;

export const faultTable = (
  rows: readonly RowEvidence[],
): string => `| row | what strikes | how | must hold | runs | struck | 201s | voids | rebuilds | ambiguous commits | violations | longest to next 201 | longest held | result |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(lineOf).join("\n")}`;

/** What some rows are also asked for, over all their runs: what was noticed, what was shed, how long sales stood still. */
export const seenTable = (rows: readonly RowEvidence[]): string => {
  const lines = rows.flatMap(({ name, runs }) =>
    summedNotes((runs?.reports ?? []).map(({ notes }) => notes)).map(
      ([what, summed]) => `| ${name} | ${what} | ${summed} |`,
    ),
  );
  return `| row | what was seen | over all its runs |
| --- | --- | --- |
${lines.join("\n")}

A sale rests on no lock and on no cached script: that one is lost needs not be noticed.`;
};

const isSound = (report: RowReport): boolean => isGreen(report) && report.slow.length === 0;

const lineOf = ({ name, about, how, mustHold, runs }: RowEvidence): string => {
  const reports = runs?.reports ?? [];
  const total = (of: (report: RowReport) => number): number => reports.reduce((sum, report) => sum + of(report), 0);
  const longest = (of: (report: RowReport) => number): string => `${String(Math.max(0, ...reports.map(of)))} ms`;
  const steps = [...new Set(reports.flatMap(({ struck }) => Object.keys(struck)))];
  const red = reports.filter((report) => !isSound(report)).length;
  const cells = [
    name,
    about,
    how,
    mustHold,
    reports.length,
    steps.map((step) => `${step}: ${String(total(({ struck }) => struck[step] ?? 0))}`).join("<br>"),
    total(({ answered201 }) => answered201),
    total(({ voids }) => voids),
    total(({ rebuilds }) => rebuilds),
    total(({ ambiguousCommits }) => ambiguousCommits),
    total(({ violations }) => violations.length),
    longest(({ longestToNextSaleMs }) => longestToNextSaleMs),
    longest(({ longestHeldMs }) => longestHeldMs),
    reports.length === 0 ? "not run" : red === 0 ? "pass" : `FAIL (${String(red)})`,
  ];
  return `| ${cells.join(" | ")} |`;
};

/** A bar would end the cell. */
const inCell = (text: string): string => text.replaceAll("|", "\\|");

export const controlsTable = (rows: readonly RowEvidence[]): string => {
  const lines = rows.flatMap(({ name, controls }) =>
    (controls?.reports ?? []).map(({ built, changed, breaks, red }) => {
      const cells = [
        name,
        built,
        changed.map((line) => `\`${line}\``).join("<br>"),
        breaks,
        red?.seed ?? "none",
        red?.found ?? "**stays green**",
      ];
      return `| ${cells.map((cell) => inCell(String(cell))).join(" | ")} |`;
    }),
  );
  return `| row | what is built | lines changed | breaks | seed | found |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}`;
};

const runsOf = ({ name, runs }: RowEvidence): string[] =>
  (runs?.reports ?? []).flatMap(({ seed, notes, violations, missing, slow }) => {
    const seen = Object.entries(notes).map(([what, value]) => `${what}: ${shownNote(value)}`);
    const wrong = [
      ...violations,
      ...missing.map((what) => `did not happen: ${what}`),
      ...slow.map((what) => `too slow: ${what}`),
    ];
    return [`- ${name}, seed ${String(seed)}: ${seen.join("; ")}`, ...wrong.map((what) => `  - **${what}**`)];
  });
