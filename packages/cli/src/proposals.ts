import type { Command, Option } from "./command-tree.js";

/** A word that may come next, and what it is for. */
export interface Proposal {
  readonly word: string;
  readonly describe: string;
}

/** Ids of products that begin with what is typed. */
export type KnownProducts = (beginning: string) => Promise<readonly Proposal[]>;

/** What may stand in the place of the last of `words`, which is as far as it is typed. None: the shell proposes files. */
export async function proposalsFor(
  words: readonly string[],
  all: Command,
  knownProducts: KnownProducts,
): Promise<readonly Proposal[]> {
  const { command, options, expected, given, typed } = readUpTo(words, all);
  const fitting = (proposals: readonly Proposal[]) => proposals.filter(({ word }) => word.startsWith(typed));
  if (expected) return fitting(expected.choices.map(named));
  const [, name = "", equals] = /^--([\w-]+)(=)?/.exec(typed) ?? [];
  if (equals !== undefined) {
    const choices = options.find((option) => option.name === name)?.choices ?? [];
    return fitting(choices.map((choice) => named(`--${name}=${choice}`)));
  }
  if (typed.startsWith("-")) return fitting(options.map(({ name, describe }) => ({ word: `--${name}`, describe })));
  if (command.commands.length > 0)
    return fitting(command.commands.map(({ name, describe }) => ({ word: name, describe })));

  const last = command.positionals.at(-1);
  const positional = command.positionals[given.length] ?? (last?.takesMany === true ? last : undefined);
  if (positional?.name !== "productId") return fitting((positional?.choices ?? []).map(named));
  const products = await knownProducts(typed);
  return products.filter(({ word }) => !given.includes(word));
}

interface Read {
  readonly command: Command;
  /** Those that may be given, and have not been yet. */
  readonly options: readonly Option[];
  /** The option whose value comes next. */
  readonly expected: Option | null;
  /** The positional words so far. */
  readonly given: readonly string[];
  readonly typed: string;
}

function readUpTo(words: readonly string[], all: Command): Read {
  // bash takes `--format=csv` for three words.
  const apart = words.filter((word) => word !== "=");
  const typed = words.at(-1) === "=" ? "" : (words.at(-1) ?? "");
  const before = words.at(-1) === "=" ? apart : apart.slice(0, -1);
  let command = all;
  let options = all.options;
  let expected: Option | null = null;
  const given: string[] = [];
  for (const word of before) {
    if (expected) {
      expected = null;
    } else if (word.startsWith("-")) {
      const [name, value] = word.replace(/^-+/, "").split("=");
      const option = options.find((one) => one.name === name) ?? null;
      options = options.filter((one) => one !== option);
      expected = option?.takesValue === true && value === undefined ? option : null;
    } else {
      const next = command.commands.find(({ name }) => name === word);
      if (next) [command, options] = [next, [...next.options, ...options]];
      else given.push(word);
    }
  }
  return { command, options, expected, given, typed };
}

function named(word: string): Proposal {
  return { word, describe: "" };
}
