import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startFlashSale } from "../api.js";

/** What a command of the CLI took, from the start of its process to its end. */
export interface CommandCost {
  readonly seconds: number;
  /** The most that was resident in memory at any moment. */
  readonly peakBytes: number;
  readonly output: string;
}

const LOOK_EVERY_MS = 10;

/** The kernel keeps the highest value itself: a look now and then misses nothing but the last moment. */
const peakBytesOf = (pid: number): number | null => {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
};

/** Runs a command of the CLI to its end. Throws where it does not end well. */
export const runCommand = async (args: readonly string[], env: Record<string, string>): Promise<CommandCost> => {
  const startedMs = performance.now();
  // As its users start it, without a flag.
  await using command = await startFlashSale(args, env, []);
  let ended = false;
  const ending = command.ended().finally(() => (ended = true));
  let peakBytes = 0;
  while (!ended) {
    peakBytes = Math.max(peakBytes, peakBytesOf(command.pid) ?? 0);
    await Promise.race([ending, sleep(LOOK_EVERY_MS)]);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { code } = await ending;
  if (code !== 0) throw new Error(`flash-sale ${args.join(" ")} ended with ${String(code)}:\n${command.output()}`);
  if (peakBytes === 0) throw new Error("nobody tells here what a process has resident: Linux does");
  return { seconds, peakBytes, output: command.output() };
};
