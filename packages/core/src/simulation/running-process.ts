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
}

/** Clocks of processes disagree; only the stores' clock decides anything. */
const WORST_SKEW_MS = 400;

export function startProcess(world: World, name: string): RunningProcess {
  const { random, scheduler, plan, stores, journal } = world;
  const process: Process = { name, alive: true, pausedUntilUs: 0, underWay: 0, onDeath: new Set() };
  const skewMs = random.between(-WORST_SKEW_MS, WORST_SKEW_MS);
  const link = createLink(world, process);
  const linked = linkedPorts(world, link);

  const { lockTtlMs } = plan;
  const oneStep = plan.admission === "one step";
  const ports: FlashSalePorts = {
    ...linked,
    admission: oneStep
      ? linkedAdmission(lockThenHold(stores.locks, stores.inventory, { lockTtlMs }), link)
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
  return { process, sale: createFlashSale(ports), reach: link.reach };
}
