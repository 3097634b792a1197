// The mutants of the core, by Stryker, in a copy of the package: it writes its switches into the sources it mutates.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guard, temporaryFolder } from "../servers/leftovers.js";
import { numbered, seen, type Fate, type Tried } from "./mutant.js";

/** Not mutated: what checks, what stands in for stores in tests, and what is types alone. */
const APART = ["contract", "simulation", "memory", "ports"];
/** That of the in-memory database tests what is not mutated; a few simulated seeds stand for the long ones. */
const NOT_RUN = /^(memory-database$|simulat|linear)/;
/** Counts how often it looks while a crowd buys, which no time that goes faster lets it do often enough. */
const NOT_IN_FAST_TIME = "^(?!.*in 100 runs while a crowd buys)";
/** What is over soon comes first: most mutants are killed there. */
const LAST = ["seeds", "reconcile", "housekeeping", "load-buyers"];
/** A mutant's limit: what its tests took without it, three times over, and this. */
const LIMIT = { timeoutFactor: 3, timeoutMS: 15_000 };

const FATES: Readonly<Record<string, Fate>> = {
  Killed: "killed",
  Timeout: "timeout",
  Survived: "survived",
  NoCoverage: "survived",
  RuntimeError: "killed",
  CompileError: "invalid",
  Ignored: "invalid",
};

export interface CoreOptions {
  /** Of src/, as Stryker takes them: a file, or FILE:FROM-TO by lines. */
  readonly mutate?: readonly string[];
  /** Names of test files; without them all that are run. */
  readonly tests?: readonly string[];
}

interface Place {
  readonly line: number;
  readonly column: number;
}

interface StrykerReport {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly StrykerMutant[] } | undefined>
  >;
  readonly testFiles?: Readonly<
    Record<string, { readonly tests: readonly { readonly id: string; readonly name: string }[] } | undefined>
  >;
}

interface StrykerMutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly killedBy?: readonly string[];
  readonly location: { readonly start: Place; readonly end: Place };
}

const stryker = createRequire(new URL("../../stryker/package.json", import.meta.url));

/** Stryker's own progress goes to `told`, line by line. */
export async function tryCore(
  root: string,
  { mutate, tests }: CoreOptions,
  told: (line: string) => void,
): Promise<Tried[]> {
  const folder = await temporaryFolder("mutation");
  try {
    const home = copyCore(root, folder.path);
    writeFileSync(join(home, "stryker.config.json"), JSON.stringify(configOf(root, home, mutate, tests)));
    await run(home, told);
    const report = readFileSync(join(home, "reports/mutation/mutation.json"), "utf8");
    return triedIn(JSON.parse(report) as StrykerReport);
  } finally {
    folder.remove();
  }
}

function copyCore(root: string, to: string): string {
  const home = join(to, "packages/core");
  mkdirSync(home, { recursive: true });
  for (const part of ["src", "test", "package.json", "tsconfig.json"])
    cpSync(join(root, "packages/core", part), join(home, part), { recursive: true });
  cpSync(join(root, "tsconfig.base.json"), join(to, "tsconfig.base.json"));
  cpSync(join(root, "load-test/mutation/copied/seeds.ts"), join(home, "test/seeds.test.ts"));
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
  return home;
}

function configOf(root: string, home: string, mutate?: readonly string[], tests?: readonly string[]): unknown {
  const names = readdirSync(join(home, "test")).flatMap((file) => /^(.+)\.test\.ts$/.exec(file)?.[1] ?? []);
  const order = (name: string): number => LAST.indexOf(name);
  const wanted = (tests ?? names.filter((name) => !NOT_RUN.test(name))).toSorted((a, b) => order(a) - order(b));
  return {
    ...LIMIT,
    inPlace: true,
    testRunner: "mocha",
    plugins: [stryker.resolve("@stryker-mutator/mocha-runner")],
    coverageAnalysis: "perTest",
    concurrency: 2,
    // The mutants are not all well typed, and need not be.
    buildCommand: [process.execPath, join(root, "node_modules/typescript-7/bin/tsc"), "-b", "--noCheck", ".", "test"]
      .map((word) => word.replaceAll(" ", "\\ "))
      .join(" "),
    mutate: mutate?.map((file) => `src/${file}`) ?? ["src/**/*.ts", `!src/{${APART.join(",")}}/**`],
    mochaOptions: {
      spec: wanted.map((name) => `dist-test/${name}.test.js`),
      grep: NOT_IN_FAST_TIME,
      require: [fileURLToPath(new URL("./copied/fast-time.js", import.meta.url))],
    },
    reporters: ["json", "progress-append-only"],
    allowConsoleColors: false,
    checkers: [],
  };
}

async function run(home: string, told: (line: string) => void): Promise<void> {
  const bin = stryker.resolve("@stryker-mutator/core").replace(/dist.*$/, "bin/stryker.js");
  const child = spawn(process.execPath, [bin, "run"], { cwd: home, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const forget = child.pid === undefined ? () => undefined : guard({ kind: "processes", pid: child.pid });
  let said = "";
  const hear = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-20_000);
    for (const line of chunk.toString().split("\n")) if (line.startsWith("Mutation testing")) told(line);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const [code] = (await once(child, "close")) as [number | null];
  forget();
  if (code !== 0) throw new Error(`Stryker ended with ${String(code)}:\n${said}`);
}

function triedIn({ files, testFiles = {} }: StrykerReport): Tried[] {
  const tests = Object.values(testFiles).flatMap((file) => file?.tests ?? []);
  const names = new Map(tests.map(({ id, name }) => [id, name]));
  return Object.entries(files).flatMap(([path, found]) => {
    const { source = "", mutants = [] } = found ?? {};
    const file = path.replace(/^.*?src\//, "");
    const sorted = mutants.toSorted(
      (a, b) => compare(a.location.start, b.location.start) || compare(a.location.end, b.location.end),
    );
    const ids = numbered(
      sorted.map((mutant) => ({ file, mutant })),
      ({ mutant }) => mutant.location.start.line,
    );
    return sorted.map((mutant, index): Tried => {
      const { mutatorName, replacement = "", status, killedBy = [], location } = mutant;
      return {
        id: ids[index] ?? "",
        file,
        operator: mutatorName,
        ...seen(source, { at: offsetOf(source, location.start), end: offsetOf(source, location.end), replacement }),
        fate: FATES[status] ?? "survived",
        by: status === "NoCoverage" ? "no test comes here" : (names.get(killedBy[0] ?? "") ?? null),
      };
    });
  });
}

const compare = (a: Place, b: Place): number => a.line - b.line || a.column - b.column;

/** Stryker's lines and columns begin at 1. */
const offsetOf = (source: string, { line, column }: Place): number =>
  source
    .split("\n")
    .slice(0, line - 1)
    .reduce((sum, text) => sum + text.length + 1, 0) +
  column -
  1;
