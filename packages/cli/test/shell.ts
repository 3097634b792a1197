import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Variables } from "./cli.js";

/** A shell that remembers: variables, and the last exit code. */
export interface Shell {
  /** What a line says, to people and to machines, as it comes. */
  run(line: string): Promise<string>;
  end(): Promise<void>;
}

const END = "that was all, with";

export function startShell(variables: Variables, cwd: string): Shell {
  const bash = spawn("bash", ["--noprofile", "--norc"], { cwd, env: variables, stdio: ["pipe", "pipe", "pipe"] });
  let [said, code] = ["", 0];
  bash.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  bash.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(bash, "close").then(() => Promise.reject(new Error(`the shell ended: ${said}`)));
  ended.catch(() => undefined);
  return {
    async run(line) {
      said = "";
      bash.stdin.write(`{ (exit ${code})\n${line}\n} </dev/null 2>&1\nprintf '\\n${END} %s\\n' "$?"\n`);
      for (;;) {
        const [end, last] = new RegExp(`\\n${END} (\\d+)\\n$`).exec(said) ?? [];
        if (end !== undefined) {
          code = Number(last);
          return said.slice(0, -end.length);
        }
        await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), ended]);
      }
    },
    async end() {
      bash.stdin.end();
      await ended.catch(() => undefined);
    },
  };
}
