import { StoreUnavailable } from "../faults.js";
import type { Scheduler } from "./scheduler.js";

/** How long a call waits for a connection. */
const CONNECTION_WITHIN_US = 800_000;

/** The connections of one process to Postgres. Who gets none in time has sent nothing. */
export interface Pool {
  withConnection<T>(work: () => Promise<T>): Promise<T>;
  /** Somebody else has all of them, for a while. */
  exhaust(forUs: number): void;
}

interface Ports {
  readonly scheduler: Scheduler;
  readonly size: number;
  /** Something happens in the process. */
  readonly reach: (delayUs: number, happen: () => void) => void;
  readonly onTimeOut: () => void;
}

export function createPool({ scheduler, size, reach, onTimeOut }: Ports): Pool {
  const waiting: (() => void)[] = [];
  let inUse = 0;
  let takenUntilUs = 0;

  function giveOut(): void {
    while (inUse < size && takenUntilUs <= scheduler.nowUs()) {
      const next = waiting.shift();
      if (!next) return;
      inUse += 1;
      next();
    }
  }

  function connection(): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => resolve();
      waiting.push(take);
      giveOut();
      if (!waiting.includes(take)) return;
      reach(CONNECTION_WITHIN_US, () => {
        const place = waiting.indexOf(take);
        if (place < 0) return;
        waiting.splice(place, 1);
        onTimeOut();
        reject(new StoreUnavailable("orders", "none"));
      });
    });
  }

  return {
    async withConnection(work) {
      await connection();
      try {
        return await work();
      } finally {
        inUse -= 1;
        giveOut();
      }
    },
    exhaust(forUs) {
      takenUntilUs = scheduler.nowUs() + forUs;
      scheduler.after(forUs, giveOut);
    },
  };
}
