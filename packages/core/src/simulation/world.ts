import { createMemoryAnnouncements } from "../memory/announcements.js";
import { createMemoryDatabase, type MemoryDatabase } from "../memory/database.js";
import { createMemoryInventory, type MemoryInventory } from "../memory/inventory.js";
import { createMemoryLocks } from "../memory/locks.js";
import type { Announcements } from "../ports/announcements.js";
import type { Locks } from "../ports/locks.js";
import type { Ids } from "../ports/ids.js";
import { createSimulatedIds } from "./ids.js";
import { createInvariants, type Invariants } from "./invariants.js";
import { createJournal, type Journal } from "./journal.js";
import { drawPlan, type Plan } from "./plan.js";
import { createObserver, type Observer } from "./observer.js";
import { createRandom, type Random } from "./random.js";
import { createRecorder, type Recorder } from "./recorder.js";
import { createScheduler, type Scheduler } from "./scheduler.js";
import { watched, type Stores } from "./stores.js";
import { createTraps, type Traps } from "./traps.js";

export interface Weather {
  odds: Plan["odds"];
  /** Methods whose next call is late. */
  readonly late: Set<string>;
  readonly awayUntilUs: { inventory: number; orders: number };
  /** Until then a call that its caller gave up may still arrive. */
  lateUntilMs: number;
}

/** Everything of one seed that outlives its processes. */
export interface World {
  readonly plan: Plan;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  readonly invariants: Invariants;
  /** What clients and an observer of the stores see, to be judged in the end. */
  readonly recorder: Recorder;
  readonly observer: Observer;
  readonly database: MemoryDatabase;
  readonly memory: MemoryInventory;
  /** What the processes reach over their links. */
  readonly stores: Stores;
  readonly announcements: Announcements;
  readonly ids: Ids;
  readonly weather: Weather;
  readonly traps: Traps;
  /** Locks live in the hot store, and go with it. */
  loseLocks(): void;
}

export interface WorldOptions {
  readonly seed: number;
  readonly traced?: boolean;
  /** Changes the stores' wiring, to see that a guard which is taken out is missed. */
  readonly rewire?: (stores: Stores) => Stores;
  /** Changes what the seed decided, to lead a world to where chance seldom does. */
  readonly replan?: (plan: Plan) => Plan;
}

export function createWorld(options: WorldOptions): World {
  const { seed, traced = false, rewire = (stores: Stores) => stores, replan = (plan: Plan) => plan } = options;
  const random = createRandom(seed);
  const plan = replan(drawPlan(random));
  const scheduler = createScheduler(random);
  const { clock } = scheduler;
  const journal = createJournal(scheduler.elapsedMs, traced);

  const database = createMemoryDatabase({ clock });
  const memory = createMemoryInventory({ clock, lockTtlMs: plan.lockTtlMs });
  const invariants = createInvariants({ sales: plan.sales, database, memory, journal, nowMs: clock.now });
  const { inventory, loading, inventoryChanges } = memory;
  const { products, orders, orderPages, changes } = database;
  let locks = createMemoryLocks({ clock });
  const hotLocks: Locks = {
    acquire: (name, owner, ttlMs) => locks.acquire(name, owner, ttlMs),
    release: (name, owner) => locks.release(name, owner),
  };
  const durable = { products, orders, orderPages, changes };
  const observer = createObserver(scheduler.elapsedMs);
  const bare: Stores = { ...durable, inventory, loading, inventoryChanges, locks: hotLocks };

  return {
    plan,
    random,
    scheduler,
    journal,
    invariants,
    recorder: createRecorder(scheduler.elapsedMs),
    observer,
    database,
    memory,
    stores: watched(observer.watch(rewire(bare)), invariants, journal),
    announcements: createMemoryAnnouncements(),
    ids: createSimulatedIds(),
    weather: { odds: plan.odds, late: new Set(), awayUntilUs: { inventory: 0, orders: 0 }, lateUntilMs: 0 },
    traps: createTraps(),
    loseLocks: () => void (locks = createMemoryLocks({ clock })),
  };
}

/** Counts a fault that found something to strike. */
export function struck(journal: Journal, kind: string): void {
  journal.count(kind);
  journal.count("faults that struck");
}
