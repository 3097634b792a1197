import { createInterface } from "node:readline/promises";
import type { Session } from "./run.js";

/** Whether somebody is there to be asked. */
export function canAsk({ output }: Session): boolean {
  return output.terminal && process.stdin.isTTY;
}

/** Asks on the terminal. Only "y" and "yes" mean it; Ctrl-D is no. Rejects at Ctrl-C. */
export async function confirmed({ output, interrupted }: Session, question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let answered = false;
  const closed = new Promise<string>((resolve) => {
    terminal.once("close", () => {
      // Whatever is said next begins on a line of its own.
      if (!answered) output.say("");
      resolve("");
    });
  });
  // In its raw mode the terminal sends no signal for Ctrl-C.
  terminal.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const asked = terminal.question(`${question} [y/N] `, { signal: interrupted }).catch((fault: unknown) => {
    // Newer Nodes reject where the terminal is closed, as by Ctrl-D; older ones never answer.
    if (interrupted.aborted) throw fault;
    return "";
  });
  interrupted.addEventListener("abort", () => terminal.close(), { once: true });
  try {
    const answer = await Promise.race([asked, closed]);
    answered = true;
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
