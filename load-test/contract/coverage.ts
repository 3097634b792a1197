import type { ContractPromise } from "./promises.js";
import type { Proof } from "./tests.js";

/** By a promise's id: the titles of what proves it, or why it is nothing that a test could show. */
export type Mapping = Readonly<Record<string, readonly string[] | { readonly noPromise: string }>>;

/** What one title of the mapping stands for, in one file. */
interface Shown {
  readonly file: string;
  readonly title: string;
}

interface Covered {
  readonly promise: ContractPromise;
  readonly shown: readonly Shown[];
  /** Titles that no test has (any more). */
  readonly gone: readonly string[];
  readonly noPromise: string | null;
}

export interface Coverage {
  readonly all: readonly Covered[];
  /** Ids that the contract does not have. */
  readonly strangers: readonly string[];
}

/**
 * `file › title` picks one test where several have the same title; a title alone stands for all of them. `*` at the end stands for a
 * family: all tests whose titles begin like this.
 */
const found = (name: string, proofs: readonly Proof[]): Proof[] => {
  const fits = name.endsWith("*")
    ? (title: string): boolean => title.startsWith(name.slice(0, -1))
    : (title: string): boolean => title === name;
  return proofs.filter(({ title, file }) => fits(title) || fits(`${file} › ${title}`));
};

/** As Map.groupBy, which Node 20 lacks. */
const groupBy = <T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return groups;
};

const shownBy = (name: string, proofs: readonly Proof[]): Shown[] =>
  [...new Set(found(name, proofs).map(({ file }) => file))].map((file) => ({
    file,
    title: name.replace(`${file} › `, ""),
  }));

export const cover = (promises: readonly ContractPromise[], mapping: Mapping, proofs: readonly Proof[]): Coverage => {
  const ids = new Set(promises.map(({ id }) => id));
  const all = promises.map((promise): Covered => {
    const mapped = mapping[promise.id] ?? [];
    if ("noPromise" in mapped) return { promise, shown: [], gone: [], noPromise: mapped.noPromise };
    return {
      promise,
      shown: mapped.flatMap((name) => shownBy(name, proofs)),
      gone: mapped.filter((name) => found(name, proofs).length === 0),
      noPromise: null,
    };
  });
  return { all, strangers: Object.keys(mapping).filter((id) => !ids.has(id)) };
};

export const isMissing = ({ shown, noPromise }: Covered): boolean => shown.length === 0 && noPromise === null;

/** Sentences on what the mapping gets wrong: these are faults, where something missing is work to do. */
export const faultsOf = ({ all, strangers }: Coverage): string[] => [
  ...strangers.map((id) => `The contract has no ${id}.`),
  ...all.flatMap(({ promise, gone }) => gone.map((name) => `${promise.id}: no test is called "${name}".`)),
];

const inCell = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ").replaceAll(/(?<!\\)\|/g, "\\|");

/** A row of the contract, without the bars at its ends. */
const textOf = ({ text }: ContractPromise): string =>
  text.startsWith("|")
    ? text
        .replace(/^\|\s*/, "")
        .replace(/\s*\|$/, "")
        .replaceAll(/\s(?<!\\)\|\s/g, " — ")
    : text;

const cellOf = ({ shown, gone, noPromise }: Covered): string => {
  if (noPromise !== null) return `no promise: ${noPromise}`;
  if (shown.length === 0 || gone.length > 0) return "**missing**";
  const cells = [...groupBy(shown, ({ file }) => file)].map(([file, ones]) => {
    // Without their number: the page would be old with every test that is added.
    const titles = ones.map(({ title }) => (title.endsWith("*") ? `${title} (all tests of that name)` : title));
    return `\`${file}\`: ${titles.join("; ")}`;
  });
  return cells.join("<br>");
};

/** The document docs/contract-coverage.md. */
export const coverageDocument = (coverage: Coverage): string => {
  const { all } = coverage;
  const count = (which: (one: Covered) => boolean): string => String(all.filter(which).length);
  const sections = [...groupBy(all, ({ promise }) => promise.section)].map(([section, ones]) => {
    const rows = ones.map((one) => `| ${one.promise.id} | ${inCell(textOf(one.promise))} | ${inCell(cellOf(one))} |`);
    return [`## ${section}\n`, "| id | the contract says | shown by |", "| --- | --- | --- |", ...rows].join("\n");
  });
  return `# What shows that the contract holds

Every row, sentence and example of [the contract](contract.md), with the tests that fail where it does not hold. Made by
\`npm run contract\` out of \`load-test/contract-tests.json\`; CI fails when a test that is named here is gone, or anything is missing.

${String(all.length)} in all: ${count(({ shown }) => shown.length > 0)} shown, ${count(isMissing)} missing, ${count(({ noPromise }) => noPromise !== null)} that promise nothing.

${sections.join("\n\n")}
`;
};
