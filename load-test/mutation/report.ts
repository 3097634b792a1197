import { groupedBy } from "./grouped.js";
import type { Tried } from "./mutant.js";
import { BOUNDS, PARTS, scoreOf, TITLES, type Part, type Score } from "./parts.js";

export interface Survivor extends Tried {
  readonly why: string;
}

export interface PartEvidence {
  readonly on: string;
  readonly at: string;
  readonly commit: string;
  readonly minutes: number;
  readonly total: Score;
  readonly byFile: Readonly<Record<string, Score>>;
  readonly byOperator: Readonly<Record<string, Score>>;
  readonly survivors: readonly Survivor[];
}

export interface Evidence {
  readonly madeBy: string;
  readonly on: string;
  readonly commit: string;
  readonly summary: Readonly<Record<string, number | string>>;
  readonly parts: Readonly<Partial<Record<Part, PartEvidence>>>;
}

export interface Circumstances {
  readonly on: string;
  readonly at: string;
  readonly commit: string;
  readonly minutes: number;
}

export function partEvidence(
  tried: readonly Tried[],
  why: ReadonlyMap<string, string>,
  circumstances: Circumstances,
): PartEvidence {
  return {
    ...circumstances,
    total: scoreOf(tried),
    byFile: scores(tried, ({ file }) => file),
    byOperator: scores(tried, ({ operator }) => operator),
    survivors: tried.filter(({ fate }) => fate === "survived").map((one) => ({ ...one, why: why.get(one.id) ?? "" })),
  };
}

const scores = (tried: readonly Tried[], of: (one: Tried) => string): Record<string, Score> =>
  Object.fromEntries(
    [...groupedBy(tried, of)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, all]) => [name, scoreOf(all)]),
  );

/** Parts that were not tried this time stay as they were seen last. */
export function evidenceOf(parts: Evidence["parts"], on: string, commit: string): Evidence {
  const summary = PARTS.flatMap((part): [string, number][] => {
    const seen = parts[part];
    if (!seen) return [];
    const { killed, survived, percent } = seen.total;
    return [
      [`${part} mutants`, killed + survived],
      [`${part} killed`, killed],
      [`${part} score percent`, Number(percent.toFixed(1))],
      [`${part} survivors explained`, seen.survivors.filter(({ why }) => why !== "").length],
      [`${part} survivors unexplained`, seen.survivors.filter(({ why }) => why === "").length],
    ];
  });
  return { madeBy: "npm run mutation -- --write", on, commit, summary: Object.fromEntries(summary), parts };
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const code = (text: string): string => (text === "" ? "(nothing)" : `\`${text.replaceAll("|", "\\|")}\``);

const scoreRow = (name: string, { killed, timeout, survived, invalid, percent }: Score): string[] => [
  name,
  ...[killed + survived, killed, timeout, survived, invalid].map(String),
  `${percent.toFixed(1)} %`,
];

const SCORE_HEAD = ["", "mutants", "killed", "of them by time-out", "survived", "invalid, not counted", "score"];

export function documentOf({ parts }: Evidence): string {
  const seen = PARTS.flatMap((part) => {
    const evidence = parts[part];
    return evidence ? [[part, evidence] as const] : [];
  });
  return `# Mutation tests

What would the tests say if one line were wrong? \`npm run mutation\` makes every small change to the core, to the Lua scripts and to
the SQL functions of the purchase path, one at a time, in copies, and runs the tests on each: a mutant is killed where a test goes
red. The core's mutants are [Stryker](https://stryker-mutator.io)'s, under the core's tests and 24 simulated sales. Those of Lua and
SQL come from \`load-test/mutation/\`; they meet the published contracts on a real Redis or PostgreSQL, and those that live the
adapter's own tests. A mutant that does not parse or compile counts for nothing.

The command fails below the bound, and where a survivor is not explained in \`load-test/mutation/survivors.json\`.

${table(
  ["part", ...SCORE_HEAD.slice(1), "bound", "minutes"],
  seen.map(([part, { total, minutes }]) => [
    ...scoreRow(TITLES[part], total),
    `${String(BOUNDS[part])} %`,
    minutes.toFixed(0),
  ]),
)}

${seen.map(([part, evidence]) => chapter(part, evidence)).join("\n")}`;
}

function chapter(part: Part, { on, at, commit, byFile, byOperator, survivors }: PartEvidence): string {
  const files = groupedBy(survivors, ({ file }) => file);
  const of = (name: string): string =>
    `#### ${name}\n\n${table(
      ["line", "as it is", "as it was made", "why it may live"],
      (files.get(name) ?? []).map(({ id, line, mutant, why }) => [
        id.slice(id.lastIndexOf(":") + 1),
        code(line),
        code(mutant),
        why === "" ? "**not explained**" : why,
      ]),
    )}\n`;
  return `## ${TITLES[part]}

Seen on ${at} at commit ${commit}, on ${on}.

${table(
  SCORE_HEAD,
  Object.entries(byFile).map(([name, score]) => scoreRow(`\`${name}\``, score)),
)}

${table(
  SCORE_HEAD,
  Object.entries(byOperator).map(([name, score]) => scoreRow(name, score)),
)}

### Survivors

${[...files.keys()].map(of).join("\n")}`;
}
