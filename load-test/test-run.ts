// npm test [-- FILE... MOCHA-OPTIONS...]: starts the stores, runs the tests on them, ends with "N passed, N failed".
// FILE is a test's source or its compiled form. Without arguments all tests run, and the core's coverage is checked.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coveredLines, percent } from "./coverage.js";
import type { TestCounts } from "./reporter.js";
import { guard, temporaryFolder } from "./servers/leftovers.js";
import { startPostgres } from "./servers/postgres.js";
import { startRedis } from "./servers/redis.js";

const CORE_LINES_WANTED = 95;
const ALL_TESTS = ["packages/*/dist-test/**/*.test.js", "load-test/dist/**/*.test.js"];

const root = fileURLToPath(new URL("../..", import.meta.url));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What the tests read: servers of their own, or those that the caller has running already. */
const startStores = async (): Promise<Record<"TEST_REDIS_URL" | "TEST_DATABASE_URL", string>> => {
  const { TEST_REDIS_URL, TEST_DATABASE_URL } = process.env;
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

const startMocha = (selection: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
  const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
  const reporter = fileURLToPath(new URL("./reporter.js", import.meta.url));
  const files = selection.some((argument) => argument.endsWith(".js")) ? [] : ALL_TESTS;
  const args = ["--enable-source-maps", mocha, "--reporter", reporter, ...files, ...selection];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  if (child.pid !== undefined) guard({ kind: "processes", pid: child.pid });
  return child;
};

/** The counts and mocha's exit code; no counts where it ended before its tests did. */
const outcomeOf = async (mocha: ChildProcess): Promise<{ counts: TestCounts; code: number }> => {
  let counts: TestCounts = { passed: 0, failed: 1 };
  mocha.on("message", (message) => {
    counts = message as TestCounts;
  });
  const [code] = (await once(mocha, "exit")) as [number | null];
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
  const rawCoverage = await temporaryFolder("coverage");
  const stores = await startStores();
  const mocha = startMocha(selection, { ...stores, ...(complete ? { NODE_V8_COVERAGE: rawCoverage.path } : {}) });
  const { counts, code } = await outcomeOf(mocha);
  if (complete && counts.passed > 0) {
    if (await coreIsCovered(rawCoverage.path)) counts.passed += 1;
    else counts.failed += 1;
  }
  say(`${String(counts.passed)} passed, ${String(counts.failed)} failed`);
  return code === 0 && counts.failed > 0 ? 1 : code;
};

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
