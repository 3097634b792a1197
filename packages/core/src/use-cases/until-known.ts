import { StoreUnavailable } from "../faults.js";
import type { Clock } from "../ports/clock.js";

const TRIES = 5;
const PAUSE_MS = 100;

/** Does again what is safe to repeat while nobody knows whether it was done. */
export async function untilKnown<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await work();
    } catch (fault) {
      if (left === 0 || !(fault instanceof StoreUnavailable) || fault.effect === "none") throw fault;
      await clock.sleep(PAUSE_MS);
    }
  }
}
