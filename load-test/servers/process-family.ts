import { readFileSync, readdirSync } from "node:fs";

/** Linux keeps each process's parent here; elsewhere there is no such folder, and the process group has to do. */
const parents = (): Map<number, number> => {
  const found = new Map<number, number>();
  const pids = (() => {
    try {
      return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    } catch {
      return [];
    }
  })();
  for (const pid of pids) {
    try {
      // "pid (name) state parent ...": the name may hold blanks and brackets, so read on from the last bracket.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      found.set(Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // Ended while we looked.
    }
  }
  return found;
};

/** A process and all it started, itself first. */
const familyOf = (pid: number): number[] => {
  const parentOf = parents();
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parentOf) if (parent === member) family.push(child);
  }
  return family;
};

/** As `process.kill`, where somebody who has ended already is no fault. */
export const signalOne = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

/**
 * Signals a group leader, its group and its descendants. The group alone would not do: each PostgreSQL backend leads
 * a group of its own, and one that outlives its postmaster keeps the shared memory that the next postmaster needs.
 */
export const signalFamily = (pid: number, signal: NodeJS.Signals): void => {
  const family = familyOf(pid);
  signalOne(-pid, signal);
  for (const member of family) signalOne(member, signal);
};
