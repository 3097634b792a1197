import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { guard, temporaryFolder } from "../servers/leftovers.js";
import { parseReplay, parseSearch, type SearchReport, type Violation } from "./search-report.js";

const MODEL = fileURLToPath(new URL("../../model/purchase.pml", import.meta.url));
const NAME = "purchase.pml";
const MEMORY_LIMIT_MB = 4_000;
/** Steps; the deepest search has under 200. "Too small" is an answer that fails. */
const DEPTH_LIMIT = 10_000;
const TIME_LIMIT_MS = 600_000;

export interface Exploration {
  readonly configuration: string;
  readonly without?: readonly string[];
  /**
   * "all": every state, depth first. "shortest": until a violation, breadth first, so that none is shorter. "endings":
   * every cycle of states, whether somebody may go round in it for ever.
   */
  readonly search: "all" | "shortest" | "endings";
}

export interface Explored extends SearchReport {
  readonly violation: Violation | null;
}

const COMPILED_FOR: Record<Exploration["search"], readonly string[]> = {
  all: ["-O2", "-DSAFETY"],
  shortest: ["-O1", "-DSAFETY", "-DBFS"],
  endings: ["-O2", "-DNP"],
};

/** Explores the model, in a folder of its own. @throws where the search was not whole and found nothing */
export async function explore({ configuration, without = [], search }: Exploration): Promise<Explored> {
  const folder = await temporaryFolder("model");
  try {
    await copyFile(MODEL, join(folder.path, NAME));
    const names = [configuration, ...without, ...(search === "shortest" ? ["BREADTH_FIRST"] : [])];
    const defines = names.map((name) => `-D${name}`);
    await run(folder.path, "spin", ["-a", ...defines, NAME]);
    const options = ["-w", `-DMEMLIM=${MEMORY_LIMIT_MB}`, ...COMPILED_FOR[search]];
    await run(folder.path, "gcc", [...options, "-o", "pan", "pan.c"]);
    const cycles = search === "endings" ? ["-l"] : [];
    const report = parseSearch(await run(folder.path, join(folder.path, "pan"), [`-m${DEPTH_LIMIT}`, ...cycles]));
    if (report.stoppedBy === null) return { ...report, violation: null };

    const replay = await run(folder.path, "spin", ["-t", ...defines, NAME]);
    const read = (name: string): Promise<string> => readFile(join(folder.path, name), "utf8");
    const files = { model: await read(NAME), replay, trail: await read(`${NAME}.trail`) };
    return { ...report, violation: parseReplay(report, files) };
  } finally {
    folder.remove();
  }
}

async function run(cwd: string, program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIME_LIMIT_MS,
  });
  const forget = child.pid === undefined ? undefined : guard({ kind: "processes", pid: child.pid });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  forget?.();
  if (code === 0) return said;
  throw new Error(`${program} ${args.join(" ")} ended with ${String(code ?? signal)}:\n${said}`);
}
