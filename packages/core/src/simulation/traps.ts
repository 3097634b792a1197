import type { Phase } from "./plan.js";
import type { Process } from "./process.js";

/** Waits for one step of the protocol, so that a fault strikes there and not just anywhere. */
export interface Trap {
  readonly method: string;
  readonly phase: Phase;
  readonly spring: (process: Process) => void;
}

export interface Traps {
  set(trap: Trap): void;
  clear(): void;
  /** Springs the oldest trap that waits for this step. Answers whether there was one. */
  pass(process: Process, method: string, phase: Phase): boolean;
}

export function createTraps(): Traps {
  let traps: Trap[] = [];
  return {
    set: (trap) => void traps.push(trap),
    clear: () => void (traps = []),
    pass(process, method, phase) {
      if (traps.length === 0) return false;
      const trap = traps.find((one) => one.method === method && one.phase === phase);
      if (!trap) return false;
      traps = traps.filter((one) => one !== trap);
      trap.spring(process);
      return true;
    },
  };
}
