// What the long runs saw, kept beside the documents that are made of it: docs/evidence/.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { hardware } from "./bench/hardware.js";

/** Where a figure comes from: what makes it again, on what machine it was seen, of which code. */
export interface Origin {
  readonly madeBy: string;
  readonly on: string;
  readonly commit: string;
}

export const origin = (madeBy: string): Origin => ({ madeBy, on: hardware(), commit: commitOfNow() });

const fileOf = (name: string): string => fileURLToPath(new URL(`../../docs/evidence/${name}.json`, import.meta.url));

export const keepEvidence = (name: string, evidence: object): void => {
  const file = fileOf(name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(evidence, null, 2)}\n`);
};

/** Null where nothing was kept. */
export const readEvidence = (name: string): unknown => {
  const file = fileOf(name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : null;
};

/** Of the checkout that this runs in, which may have moved on by the end of a long run; "unknown" where it is none. */
export const commitOfNow = (): string => {
  try {
    return execFileSync("git", ["rev-parse", "--short=7", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
};
