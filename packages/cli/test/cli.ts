import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** What a test reads of a document: typed by hope, since it looks at what is there. */
export interface Document {
  readonly error: string;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly checked: number;
  readonly products: readonly {
    readonly id: string;
    readonly productId: string;
    readonly saleStartAt: string;
    readonly saleEndAt: string;
    readonly drift: readonly unknown[];
  }[];
  readonly url: string;
  readonly inventory: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document of `--json`. */
  readonly document: Document;
}

export type Variables = Readonly<Record<string, string>>;

/** Starts the CLI as a process of its own. What this process' environment says of stores and settings it does not hear. */
export function startCli(words: readonly string[], variables: Variables, cwd?: string) {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { PATH, HOME, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "close").then(([code]: unknown[]): Ended => {
    const document = JSON.parse(words.includes("--json") ? stdout || "null" : "null") as Document;
    return { code: typeof code === "number" ? code : null, stdout, stderr, document };
  });
  return { child, ended, stdout: () => stdout };
}

export const cli = (words: readonly string[], variables: Variables, cwd?: string): Promise<Ended> =>
  startCli(words, variables, cwd).ended;
