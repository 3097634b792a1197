import type { Command, Option } from "./command-tree.js";
import { commandLine } from "./command-line.js";
import { EXIT } from "./exit-code.js";
import { createOutput } from "./output.js";

/** Says what is wrong with a command line, and what was perhaps meant. */
export function sayWrongUsage(words: readonly string[], fault: unknown): void {
  const complaint = fault instanceof Error ? fault.message : String(fault);
  const sentence = sentenceFor(words, complaint, commandLine());
  const output = createOutput(words.includes("--json"));
  output.say(`${output.colours.red(sentence)}\nSee flash-sale --help, or --help after a command.`);
  output.document({ error: sentence });
  process.exitCode = EXIT.WRONG_USAGE;
}

/** A better sentence than the complaint of the parser, where there is one. */
export function sentenceFor(words: readonly string[], complaint: string, all: Command): string {
  const said = readAlong(words, all);
  if (/^Unknown argument/.test(complaint)) return unknownWord(said) ?? unknownOption(words, said) ?? complaint;
  if (/^Not enough non-option arguments/.test(complaint))
    return `Something is missing: ${[...said.path.slice(0, -1), said.command.signature].join(" ")}.`;
  return complaint;
}

interface Said {
  /** The commands that were understood: "flash-sale", "products". */
  readonly path: readonly string[];
  readonly command: Command;
  /** The first word that should be one of its commands, and is none. */
  readonly stranger: string | null;
  readonly options: readonly Option[];
}

function readAlong(words: readonly string[], all: Command): Said {
  const path = [all.name];
  const options = [...all.options];
  let command = all;
  for (const word of words.filter((word) => !word.startsWith("-"))) {
    if (command.commands.length === 0) break;
    const next = command.commands.find(({ name }) => name === word);
    if (!next) return { path, command, stranger: word, options };
    path.push(next.name);
    options.push(...next.options);
    command = next;
  }
  return { path, command, stranger: null, options };
}

function unknownWord({ path, command, stranger }: Said): string | null {
  if (stranger === null) return null;
  // Whoever says "export" means "orders export".
  const below = command.commands.flatMap((one) => one.commands.map(({ name }) => `${one.name} ${name}`));
  const names = command.commands.map(({ name }) => name);
  const guess = nearest(stranger, [...names, ...below]);
  const way = guess === null ? `There are ${names.join(", ")}.` : `Did you mean ${guess}?`;
  return `There is no command "${[...path.slice(1), stranger].join(" ")}". ${way}`;
}

function unknownOption(words: readonly string[], { path, options }: Said): string | null {
  const known = options.map(({ name }) => name);
  for (const word of words) {
    const [, given] = /^--?([a-z][\w-]*)/i.exec(word) ?? [];
    if (given === undefined) continue;
    const name = given.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`).replace(/^no-/, "");
    if (known.includes(name) || given === "h") continue;
    const guess = nearest(name, known);
    const way = guess === null ? "" : ` Did you mean --${guess}?`;
    return `${path.join(" ")} has no option ${word.split("=")[0] ?? word}.${way}`;
  }
  return null;
}

/** The candidate whose last word differs in the fewest letters, where they are few enough for a slip. */
function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Math.min(3, Math.ceil(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(word.toLowerCase(), candidate.split(" ").at(-1) ?? candidate);
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** Letters left out, added, mistaken, or in the wrong order with their neighbour (the optimal string alignment distance). */
function slipsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const at = (up: number, left: number): number => (up === 0 ? row : (rows[i - up] ?? []))[j - left] ?? Infinity;
      const same = one[i - 1] === other[j - 1];
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(Math.min(at(1, 0) + 1, at(0, 1) + 1, at(1, 1) + (same ? 0 : 1), swapped ? at(2, 2) + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[one.length]?.[other.length] ?? Infinity;
}
