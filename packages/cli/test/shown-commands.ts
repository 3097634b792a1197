import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCli } from "#src/cli.js";
import { commandLine } from "#src/command-line.js";
import type { Command } from "#src/command-tree.js";

export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A line with the CLI in it that people are shown, under the command's installed name. */
export interface ShownCommand {
  readonly where: string;
  readonly line: string;
}

/** Where a shell would start a command: at the beginning, behind another one, or inside $( ). Variables may be set for it. */
const STARTS_IT = /(?:^|[|;&(])\s*(?:[A-Z_]+=\S+ )*flash-sale(?:\s|$)/;

/** Those in the shell blocks of README, ARCHITECTURE, CONTRIBUTING, docs and the packages' own READMEs. */
export function shownInDocs(): ShownCommand[] {
  return pages().flatMap((where) =>
    [...readFileSync(join(ROOT, where), "utf8").matchAll(/^```(?:sh|bash|shell)\n([\s\S]*?)^```/gm)]
      .flatMap(([, block = ""]) => linesOf(block))
      .map((line) => ({ where, line })),
  );
}

function pages(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  const all = [
    ...readdirSync(ROOT),
    ...below("docs"),
    ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name, "README.md")),
  ];
  return all.filter((name) => name.endsWith(".md") && !name.startsWith(join("docs", "evidence")));
}

function linesOf(block: string): string[] {
  return block
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .map((line) => line.replace(/npm run (?:-s |--silent )?flash-sale -- |npx flash-sale /g, "flash-sale "))
    .filter((line) => STARTS_IT.test(line));
}

/** The examples of every command's help. */
export async function shownInHelp(): Promise<ShownCommand[]> {
  const shown: ShownCommand[] = [];
  for (const path of pathsOf(commandLine())) {
    const [, examples = ""] = /\nExamples:\n([\s\S]*?)(?:\n\n|$)/.exec(await createCli(path).getHelp()) ?? [];
    const lines = examples.split("\n").map((line) => line.trim());
    for (const line of lines.filter((line) => line !== "" && !line.startsWith("#")))
      shown.push({ where: ["flash-sale", ...path, "--help"].join(" "), line });
  }
  return shown;
}

function pathsOf(command: Command, path: readonly string[] = []): (readonly string[])[] {
  return [path, ...command.commands.flatMap((one) => pathsOf(one, [...path, one.name]))];
}
