import { StoreUnavailable } from "../faults.js";
import type { Clock } from "../ports/clock.js";

const TRIES = 5;
const PAUSE_MS = 100;

/**
 * Does again what is safe to repeat while nobody knows whether it was done. A last try that was certainly not carried out says nothing of
 * those before it: the effect stays unknown.
 */
export async function untilKnown<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable)) throw fault;
      if (tries === 1 && fault.effect === "none") throw fault;
      if (tries === TRIES) throw new StoreUnavailable(fault.store, "unknown", { cause: fault });
      await clock.sleep(PAUSE_MS);
    }
  }
}
