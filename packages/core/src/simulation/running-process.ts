import { createFlashSale, type FlashSale, type FlashSalePorts } from "../flash-sale.js";
import { lockThenHold } from "../lock-then-hold.js";
import { createLink } from "./link.js";
import { linkedAdmission, linkedPorts } from "./linked-ports.js";
import type { Process } from "./process.js";
import type { World } from "./world.js";

export interface RunningProcess {
  readonly process: Process;
  readonly sale: FlashSale;
  /** Something reaches the process: later when it is paused, never when it is dead. */
  reach(delayUs: number, happen: () => void): void;
  exhaustPool(forMs: number): void;
  /** Its clock is set to another time, either way. */
  jumpClock(): void;
}

export function startProcess(world: World, name: string): RunningProcess {
  const { random, scheduler, plan, journal } = world;
  const process: Process = { name, alive: true, pausedUntilUs: 0, underWay: 0, onDeath: new Set() };
  const drawSkewMs = () => random.between(-plan.skewMs, plan.skewMs);
  let skewMs = drawSkewMs();
  const link = createLink(world, process);
  const linked = linkedPorts(world, process, link);

  const { lockTtlMs } = plan;
  const oneStep = plan.admission === "one step";
  const ports: FlashSalePorts = {
    ...linked,
    admission: oneStep
      ? linkedAdmission(world, process, link)
      : lockThenHold(linked.locks, linked.inventory, { lockTtlMs }),
    clock: {
      now: () => scheduler.clock.now() + skewMs,
      sleep: (ms) => new Promise((resume) => link.reach(ms * 1000, resume)),
    },
    ids: world.ids,
    onFault(doing, fault) {
      journal.count("faults behind the purchases");
      journal.note(() => `${name} ${doing}: ${String(fault)}`);
    },
  };
  return {
    process,
    sale: createFlashSale(world.rewireProcess(ports)),
    reach: link.reach,
    exhaustPool: link.exhaust,
    jumpClock() {
      skewMs = drawSkewMs();
      journal.note(() => `*** the clock of ${name} is ${skewMs} ms ahead`);
    },
  };
}
