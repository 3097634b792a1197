import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";

interface Lines {
  total: number;
  covered: number;
}

const c8 = createRequire(import.meta.url).resolve("c8/bin/c8.js");

/** Covered lines by package, out of what the test run's processes left in `rawFolder`. */
export const coveredLines = async (root: string, rawFolder: string, outFolder: string): Promise<Map<string, Lines>> => {
  const folders = ["--temp-directory", rawFolder, "--reports-dir", outFolder];
  const which = ["--exclude-after-remap", "--include", "packages/*/src/**"];
  await promisify(execFile)(
    process.execPath,
    [c8, "report", "--reporter", "json-summary", "--reporter", "lcovonly", ...folders, ...which],
    { cwd: root },
  );
  const files = JSON.parse(await readFile(join(outFolder, "coverage-summary.json"), "utf8")) as Record<
    string,
    { lines: Lines }
  >;
  const byPackage = new Map<string, Lines>();
  for (const [file, { lines }] of Object.entries(files)) {
    const [folder, name] = relative(root, file).split(sep);
    if (folder !== "packages" || name === undefined) continue;
    const sum = byPackage.get(name) ?? { total: 0, covered: 0 };
    byPackage.set(name, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
  }
  return byPackage;
};

export const percent = ({ total, covered }: Lines): number => (total === 0 ? 100 : (100 * covered) / total);
