import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../servers/leftovers.js";

/** What can prove a promise: a test, or a check of .ci/run. */
export interface Proof {
  /** A test's full title, as mocha prints it; `check › name` for a check. */
  readonly title: string;
  /** Where it stands, from the root on. */
  readonly file: string;
}

const ALL_TESTS = ["packages/*/dist-test/**/*.test.js", "load-test/dist/**/*.test.js"];

const sourceOf = (file: string): string =>
  file
    .replace(/\/dist-test\//, "/test/")
    .replace(/^load-test\/dist\//, "load-test/")
    .replace(/\.js$/, ".ts");

/** Every test there is, as mocha finds them; none is run. */
const testsOf = async (root: string): Promise<Proof[]> => {
  const folder = await temporaryFolder("titles");
  try {
    const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
    const output = join(folder.path, "tests.json");
    const args = [mocha, "--dry-run", "--reporter", "json", "--reporter-option", `output=${output}`, ...ALL_TESTS];
    await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    const { tests } = JSON.parse(readFileSync(output, "utf8")) as { tests: { fullTitle: string; file: string }[] };
    return tests.map(({ fullTitle, file }) => ({ title: fullTitle, file: sourceOf(relative(root, file)) }));
  } finally {
    folder.remove();
  }
};

const checksOf = (root: string): Proof[] =>
  [...readFileSync(join(root, ".ci/run"), "utf8").matchAll(/^check "(.+?)"/gm)].map(([, name = ""]) => ({
    title: `check › ${name}`,
    file: ".ci/run",
  }));

export const proofsOf = async (root: string): Promise<Proof[]> => [...(await testsOf(root)), ...checksOf(root)];
