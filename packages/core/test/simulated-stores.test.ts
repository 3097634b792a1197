import {
  admissionContract,
  announcementsContract,
  changesContract,
  clockContract,
  inventoryChangesContract,
  inventoryContract,
  inventoryLoadingContract,
  locksContract,
  orderPagesContract,
  ordersContract,
  productsContract,
  type ContractCase,
} from "#src/contract/index.js";
import { lockThenHold } from "#src/index.js";
import type { Invariants } from "#src/simulation/invariants.js";
import { createLink } from "#src/simulation/link.js";
import { linkedAdmission, linkedPorts } from "#src/simulation/linked-ports.js";
import type { Plan } from "#src/simulation/plan.js";
import type { Process } from "#src/simulation/process.js";
import { watched } from "#src/simulation/stores.js";
import { createWorld, type World } from "#src/simulation/world.js";

/** Holds outlive a case unless it waits for them. */
const LOCK_TTL_MS = 10_000;
/** While no event is due, virtual time goes on by this much, and the case's own awaits by a turn. */
const STEP_MS = 1;

const withoutFaults = (plan: Plan): Plan => ({
  ...plan,
  lockTtlMs: LOCK_TTL_MS,
  faults: [],
  slowestMs: 5,
  odds: { requestLost: 0, replyLost: 0, late: 0, doubled: 0, announcementLost: 0 },
});

/** The cases' products are in no seed's plan, so the checkers look away; the wrapping that they look through stays. */
const lookAway: Invariants = {
  written: () => undefined,
  answered: () => undefined,
  admitted: () => undefined,
  releasing: () => undefined,
  confirming: () => undefined,
  loaded: () => undefined,
  applying: () => undefined,
  offered: async () => undefined,
};

let worlds = 0;

function quietWorld(): World {
  const world = createWorld({ seed: (worlds += 1), replan: withoutFaults });
  const { products, orders, orderPages, changes } = world.postgres;
  const bare = { ...world.stores, products, orders, orderPages, changes };
  return { ...world, stores: watched(bare, lookAway, world.journal) };
}

/** What one process has of a world without faults, beside its stores' clock. */
function oneProcess(world: World) {
  const { scheduler } = world;
  const process: Process = { name: "process", alive: true, pausedUntilUs: 0, underWay: 0, onDeath: new Set() };
  const link = createLink(world, process);
  const ports = linkedPorts(world, process, link);
  const pass = (ms: number) => scheduler.clock.sleep(ms);
  let names = 0;
  const newName = () => `name-${(names += 1)}`;
  return {
    ...ports,
    admission: linkedAdmission(world, process, link),
    clock: {
      now: () => scheduler.clock.now(),
      sleep: (ms: number) => new Promise<void>((resume) => link.reach(ms * 1_000, resume)),
    },
    lockTtlMs: LOCK_TTL_MS,
    newName,
    newProductId: newName,
    now: async () => scheduler.clock.now(),
    pass,
    // Longer than any announcement is on its way.
    settled: () => pass(10),
    elsewhere: ports.announcements,
  };
}

type Harness = ReturnType<typeof oneProcess>;

/** Lets virtual time go on until the case is over. */
async function driven({ scheduler }: World, work: Promise<void>): Promise<void> {
  let over = false;
  const end = () => void (over = true);
  work.then(end, end);
  while (!over) {
    await scheduler.run(() => over, STEP_MS);
    await new Promise((resume) => setImmediate(resume));
  }
  await work;
}

function suite(
  name: string,
  cases: readonly ContractCase<Harness>[],
  change: (harness: Harness) => Partial<Harness> = () => ({}),
): void {
  describe(name, () => {
    for (const { name: sentence, run } of cases) {
      it(sentence, () => {
        const world = quietWorld();
        const harness = oneProcess(world);
        return driven(world, run({ ...harness, ...change(harness) }));
      });
    }
  });
}

describe("the simulated stores, at the far end of one process's links", () => {
  suite("Products", productsContract);
  suite("Orders", ordersContract);
  suite("OrderPages", orderPagesContract);
  suite("Changes", changesContract);
  suite("Inventory", inventoryContract);
  suite("InventoryLoading", inventoryLoadingContract);
  suite("InventoryChanges", inventoryChangesContract);
  suite("Admission, one step of the store", admissionContract);
  suite("Admission, lock, then hold", admissionContract, ({ locks, inventory }) => ({
    admission: lockThenHold(locks, inventory, { lockTtlMs: LOCK_TTL_MS }),
  }));
  suite("Locks", locksContract);
  // The links tell in any order, on purpose: harder on a process than a connection, which keeps it. So one is told before the next.
  suite("Announcements", announcementsContract, ({ announcements, settled }) => ({
    announcements: { ...announcements, publish: (one) => announcements.publish(one).then(settled) },
  }));
  suite("Clock", clockContract);
});
