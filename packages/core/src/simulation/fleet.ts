import { kill, type Process } from "./process.js";
import { startProcess, type RunningProcess } from "./running-process.js";
import type { World } from "./world.js";

/** The processes that serve the sale. One that died is followed by another in its place, with nothing left in its memory. */
export interface Fleet {
  /** The process in a place drawn by chance; null where it has died and not been replaced yet. */
  any(): RunningProcess | null;
  crash(process: Process): void;
  pause(process: Process, forMs: number): void;
  exhaustPool(process: Process, forMs: number): void;
  jumpClock(process: Process): void;
  /** Every place has a running process, now. */
  heal(): void;
}

export function startFleet(world: World): Fleet {
  const { random, scheduler, journal } = world;
  const places: RunningProcess[] = [];
  let healed = false;
  let started = 0;

  function start(place: number): void {
    started += 1;
    places[place] = startProcess(world, `process ${place}.${started}`);
  }

  const runningOf = (process: Process) => places.find((one) => one.process === process);

  for (let place = 0; place < world.plan.processes; place += 1) start(place);

  return {
    any() {
      const running = random.pickAny(places);
      return running?.process.alive ? running : null;
    },
    crash(process) {
      const place = places.findIndex((one) => one.process === process);
      if (!process.alive || place < 0) return;
      journal.note(() => `*** ${process.name} crashes with ${process.underWay} under way`);
      kill(process);
      scheduler.after(random.between(100, 4_000) * 1000, () => {
        if (!healed) start(place);
      });
    },
    pause(process, forMs) {
      journal.note(() => `*** ${process.name} stops for ${forMs} ms with ${process.underWay} under way`);
      process.pausedUntilUs = scheduler.nowUs() + forMs * 1000;
    },
    exhaustPool(process, forMs) {
      journal.note(() => `*** ${process.name} has no connection to the orders for ${forMs} ms`);
      runningOf(process)?.exhaustPool(forMs);
    },
    jumpClock: (process) => runningOf(process)?.jumpClock(),
    heal() {
      healed = true;
      places.forEach(({ process }, place) => {
        if (!process.alive) start(place);
      });
    },
  };
}
