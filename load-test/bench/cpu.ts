import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const TICKS_PER_SECOND = (() => {
  try {
    return Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  } catch {
    return 100;
  }
})();

interface Stat {
  parent: number;
  /** Of the process itself, and of its children that have ended and were waited for. */
  ticks: number;
}

const stat = (pid: string): Stat | undefined => {
  try {
    // "pid (name) state parent ...": the name may hold blanks and brackets, so read on from the last bracket.
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
    return { parent: Number(fields[1]), ticks: utime + stime + cutime + cstime };
  } catch {
    // Ended while we looked.
    return undefined;
  }
};

/**
 * User and system time of a process and of all it started, in µs: a PostgreSQL with its backends, also those that
 * have ended. The kernel counts in steps of 10 ms, so let what is measured take seconds.
 */
export const cpuMicros = (pid: number): number => {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const found = /^\d+$/.test(name) ? stat(name) : undefined;
    if (found) stats.set(Number(name), found);
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, { parent }] of stats) if (parent === member) family.push(child);
  }
  const ticks = family.reduce((sum, member) => sum + (stats.get(member)?.ticks ?? 0), 0);
  return (ticks / TICKS_PER_SECOND) * 1e6;
};
