import { commandLine } from "./command-line.js";
import { proposalsFor, type Proposal } from "./proposals.js";

/** A shell that completes waits no longer. */
const PATIENCE_MS = 2_000;

/** Answers a completion script: a proposal a line. What cannot be found out in time is not proposed. */
export async function propose([shell, ...words]: readonly string[]): Promise<void> {
  const proposals = await proposalsFor(words, commandLine(), knownInTime);
  const lines = proposals.map(({ word, describe }) => {
    if (shell !== "zsh") return word;
    return describe === "" ? word.replaceAll(":", "\\:") : `${word.replaceAll(":", "\\:")}:${describe}`;
  });
  process.stdout.write(lines.map((line) => `${line}\n`).join(""), () => process.exit());
}

async function knownInTime(beginning: string): Promise<readonly Proposal[]> {
  const { knownProducts } = await import("./known-products.js");
  const late = new Promise<readonly Proposal[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []));
  return Promise.race([knownProducts(beginning).catch(() => []), late]);
}
