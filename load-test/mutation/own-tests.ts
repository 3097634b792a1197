// An adapter's own tests, on a copy of the package with the mutant in it. The tree itself is never touched.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { guard, temporaryFolder } from "../servers/leftovers.js";
import type { TextMutant } from "./mutant.js";

export interface OwnTests {
  /** The first red test, or null. */
  firstRed(mutant: TextMutant, env: NodeJS.ProcessEnv): Promise<string | null>;
  remove(): void;
}

export interface OwnTestsOptions {
  readonly root: string;
  /** A folder of packages/. */
  readonly name: string;
  /** Where the built package has the files that are mutated. */
  readonly assets: string;
  readonly files: readonly string[];
  readonly grep?: string;
}

const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
const LIMIT_MS = 120_000;

export async function ownTests({ root, name, assets, files, grep }: OwnTestsOptions): Promise<OwnTests> {
  const folder = await temporaryFolder("mutation");
  const home = join(folder.path, "packages", name);
  copyPackage(root, name, home);
  symlinkSync(join(root, "node_modules"), join(folder.path, "node_modules"));
  const specs = files.map((file) => join(home, "dist-test", `${file}.test.js`));
  const args = [mocha, "--no-config", "--bail", "--timeout", "30000", "--reporter", "json", "--exit", ...specs];
  if (grep !== undefined) args.push("--grep", grep);

  return {
    async firstRed({ file, text }, env) {
      const path = join(home, assets, file);
      const original = readFileSync(path);
      writeFileSync(path, text);
      try {
        return await firstFailure(args, home, env);
      } finally {
        writeFileSync(path, original);
      }
    },
    remove: () => {
      folder.remove();
    },
  };
}

function copyPackage(root: string, name: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const from = join(root, "packages", name);
  for (const part of ["package.json", "dist", "dist-test"])
    cpSync(join(from, part), join(to, part), { recursive: true });
  symlinkSync(join(from, "node_modules"), join(to, "node_modules"));
}

async function firstFailure(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const child = spawn(process.execPath, args, {
    cwd: dirname(cwd),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  const forget = child.pid === undefined ? () => undefined : guard({ kind: "processes", pid: child.pid });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  forget();
  if (code === 0) return null;
  const { failures = [] } = JSON.parse(printed.slice(printed.indexOf("{")) || "{}") as {
    failures?: { fullTitle: string }[];
  };
  return failures[0]?.fullTitle ?? "the tests did not end";
}
