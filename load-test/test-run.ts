// npm test [-- FILE... MOCHA-OPTIONS...]: starts the stores, runs the tests on them, ends with "N passed, N failed".
// FILE is a test's source or its compiled form. Without arguments all tests run, in two lanes where there are two cores, each on stores
// of its own, and the core's coverage is checked.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { coveredLines, percent } from "./coverage.js";
import type { TestCounts } from "./reporter.js";
import { guard, temporaryFolder } from "./servers/leftovers.js";
import { startPostgres } from "./servers/postgres.js";
import { startRedis } from "./servers/redis.js";
import { installTestPrograms } from "./servers/test-programs.js";

const CORE_LINES_WANTED = 95;
/** Two lanes, each of which takes about as long as the other: most of it is waiting for programs that start and stop. */
const ALL_TESTS = [
  ["packages/!(cli)/dist-test/**/*.test.js", "load-test/dist/faults/**/*.test.js"],
  ["packages/cli/dist-test/**/*.test.js", "load-test/dist/*.test.js", "load-test/dist/!(faults)/**/*.test.js"],
] as const;

const root = fileURLToPath(new URL("../..", import.meta.url));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { TEST_REDIS_URL, TEST_DATABASE_URL } = process.env;

/** What the tests read: servers of their own, or those that the caller has running already. */
const startStores = async (): Promise<Record<"TEST_REDIS_URL" | "TEST_DATABASE_URL", string>> => {
  const [redis, database] = await Promise.all([
    TEST_REDIS_URL ?? startRedis().then(({ url }) => url),
    TEST_DATABASE_URL ?? startPostgres().then(({ adminUrl }) => adminUrl),
  ]);
  return { TEST_REDIS_URL: redis, TEST_DATABASE_URL: database };
};

const compiled = (argument: string): string =>
  argument
    .replace(/^(\.\/)?(packages\/[^/]+)\/test\/(.+)\.ts$/, "$2/dist-test/$3.js")
    .replace(/^(\.\/)?load-test\/(.+)\.ts$/, "load-test/dist/$2.js");

/** What mocha is told, one run a lane. */
const lanesOf = (selection: readonly string[]): readonly (readonly string[])[] => {
  if (selection.some((argument) => argument.endsWith(".js"))) return [selection];
  const servesTwo = TEST_REDIS_URL === undefined && TEST_DATABASE_URL === undefined && availableParallelism() > 1;
  return servesTwo ? ALL_TESTS.map((files) => [...files, ...selection]) : [[...ALL_TESTS.flat(), ...selection]];
};

const startMocha = (args: readonly string[], env: NodeJS.ProcessEnv) => {
  const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
  const reporter = fileURLToPath(new URL("./reporter.js", import.meta.url));
  const colour = process.stdout.isTTY ? ["--color"] : [];
  const child = spawn(process.execPath, ["--enable-source-maps", mocha, "--reporter", reporter, ...colour, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  }) as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  if (child.pid !== undefined) guard({ kind: "processes", pid: child.pid });
  return child;
};

/** Prints what comes, when its turn has come: two lanes at once nobody could read. */
const print = async (came: Readable, turn: Promise<unknown>): Promise<void> => {
  const kept = new PassThrough({ highWaterMark: Number.MAX_SAFE_INTEGER });
  came.pipe(kept);
  await turn;
  kept.pipe(process.stdout, { end: false });
  await finished(kept);
};

interface Outcome {
  readonly counts: TestCounts;
  /** Mocha's. */
  readonly code: number;
}

/** No counts where mocha ended before its tests did. */
const runLane = async (args: readonly string[], env: NodeJS.ProcessEnv, turn: Promise<unknown>): Promise<Outcome> => {
  const mocha = startMocha(args, { ...(await startStores()), ...env });
  let counts: TestCounts = { passed: 0, failed: 1 };
  mocha.on("message", (message) => {
    counts = message as TestCounts;
  });
  const ended = once(mocha, "exit") as Promise<[number | null]>;
  await Promise.all([print(mocha.stdout, turn), print(mocha.stderr, turn)]);
  const [code] = await ended;
  return { counts, code: code ?? 1 };
};

const coreIsCovered = async (rawFolder: string): Promise<boolean> => {
  const lines = await coveredLines(root, rawFolder, join(root, "coverage"));
  say("Lines covered:");
  for (const [name, sum] of [...lines].sort()) say(`  ${name.padEnd(20)}${percent(sum).toFixed(1).padStart(6)} %`);
  const covered = percent(lines.get("core") ?? { total: 1, covered: 0 });
  if (covered < CORE_LINES_WANTED)
    say(`The tests cover ${covered.toFixed(1)} % of core's lines; ${String(CORE_LINES_WANTED)} % are wanted.`);
  return covered >= CORE_LINES_WANTED;
};

const main = async (): Promise<number> => {
  const selection = process.argv.slice(2).map(compiled);
  const complete = selection.length === 0;
  if (complete) await installTestPrograms();
  const rawCoverage = await temporaryFolder("coverage");
  const lanes: Promise<Outcome>[] = [];
  for (const args of lanesOf(selection)) {
    const turn = Promise.allSettled([...lanes]);
    lanes.push(runLane(args, complete ? { NODE_V8_COVERAGE: rawCoverage.path } : {}, turn));
  }
  const outcomes = await Promise.all(lanes);
  let passed = sum(outcomes, ({ counts }) => counts.passed);
  let failed = sum(outcomes, ({ counts }) => counts.failed);
  if (complete && passed > 0) {
    if (await coreIsCovered(rawCoverage.path)) passed += 1;
    else failed += 1;
  }
  say(`${String(passed)} passed, ${String(failed)} failed`);
  const code = Math.max(...outcomes.map((outcome) => outcome.code));
  return code === 0 && failed > 0 ? 1 : code;
};

const sum = (outcomes: readonly Outcome[], of: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, outcome) => total + of(outcome), 0);

// Whatever runs when this ends, the watchdog of leftovers.ts ends.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.once(signal, () => process.exit(code));
}
try {
  process.exit(await main());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  say("0 passed, 1 failed");
  process.exit(1);
}
