import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** What a test reads of a document: typed by hope, since it looks at what is there. */
export interface Document {
  readonly error: string;
  readonly code: string;
  readonly smallest: number;
  readonly bad: number;
  readonly lines: readonly unknown[];
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  readonly checked: number;
  readonly products: readonly {
    readonly id: string;
    readonly productId: string;
    readonly saleStartAt: string;
    readonly saleEndAt: string;
    readonly totalQuantity: number;
    readonly drift: readonly { readonly kind: string; readonly userId?: string }[];
    readonly fixed: boolean;
  }[];
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
  readonly findings: readonly { readonly store: string; readonly check: string; readonly level: string }[];
  readonly unreachable: readonly string[];
  readonly unknown: readonly string[];
  readonly cancelled: readonly { readonly status: string }[];
  readonly sold: number;
  readonly script: string;
  readonly url: string;
  readonly inventory: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document of `--json`; the last one of a command that writes several. */
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
    const text = words.includes("--watch") ? (stdout.trimEnd().split("\n").at(-1) ?? "") : stdout;
    const document = JSON.parse(words.includes("--json") ? text || "null" : "null") as Document;
    return { code: typeof code === "number" ? code : null, stdout, stderr, document };
  });
  /** Waits until it has said something that fits; rejects where it ends before. */
  const until = async (fits: (stdout: string, stderr: string) => boolean): Promise<void> => {
    while (!fits(stdout, stderr)) {
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, 10)),
        ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`))),
      ]);
    }
  };
  return { child, ended, until, stdout: () => stdout };
}

export const cli = (words: readonly string[], variables: Variables, cwd?: string): Promise<Ended> =>
  startCli(words, variables, cwd).ended;
