import type { Phase } from "./plan.js";
import type { Process } from "./process.js";

/** Of a trap that any call springs, and of a step that is no call's. */
export const ANY_METHOD = "any";

/** Waits for one step of the protocol, so that a fault strikes there and not just anywhere. */
export interface Trap {
  readonly method: string;
  readonly phase: Phase;
  /** Of so many steps like it the last; left out: the first. */
  readonly passes?: number | undefined;
  readonly spring: (process: Process) => void;
}

export interface Traps {
  set(trap: Trap): void;
  clear(): void;
  /** Springs the oldest trap that waits for this step. Answers whether there was one. */
  pass(process: Process, method: string, phase: Phase): boolean;
}

export function createTraps(): Traps {
  let traps: { readonly trap: Trap; left: number }[] = [];
  return {
    set: (trap) => void traps.push({ trap, left: trap.passes ?? 1 }),
    clear: () => void (traps = []),
    pass(process, method, phase) {
      if (traps.length === 0) return false;
      const waiting = traps.find(
        ({ trap }) => trap.phase === phase && (trap.method === method || trap.method === ANY_METHOD),
      );
      if (!waiting || (waiting.left -= 1) > 0) return false;
      traps = traps.filter((one) => one !== waiting);
      waiting.trap.spring(process);
      return true;
    },
  };
}
