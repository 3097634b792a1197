import type { FlashSalePorts } from "../flash-sale.js";
import type { MemoryDatabase } from "../memory/database.js";
import type { Stocks } from "../memory/inventory.js";
import type { Ids } from "../ports/ids.js";
import { createHotStore, type HotStore } from "./hot-store.js";
import { createSimulatedIds } from "./ids.js";
import { createInvariants, type Invariants } from "./invariants.js";
import { createJournal, type Journal } from "./journal.js";
import { drawPlan, type Plan } from "./plan.js";
import { createObserver, type Observer } from "./observer.js";
import { ALL_GUARDS, createSimulatedPostgres, type PostgresGuards, type SimulatedPostgres } from "./postgres.js";
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
  readonly postgres: SimulatedPostgres;
  readonly hot: HotStore;
  /** What the processes reach over their links: of the hot store the server that was there first. */
  readonly stores: Stores;
  readonly ids: Ids;
  readonly weather: Weather;
  readonly traps: Traps;
  readonly guards: Guards;
  /** A process' ports, as it wires them. */
  readonly rewireProcess: (ports: FlashSalePorts) => FlashSalePorts;
}

/** What the stores themselves look at, each of which a negative control may take out. */
export interface Guards extends PostgresGuards {
  /** An older state of the hot store is told by its replication id. */
  readonly looksAtReplicationId: boolean;
  /** A key that is missing is missed. */
  readonly looksForEveryKey: boolean;
}

/** Which sale to simulate, and what of it to take out or to put in. */
export interface WorldOptions {
  readonly seed: number;
  readonly traced?: boolean;
  /** Changes the stores' wiring, to see that a guard which is taken out is missed. `stocks`: what a server of the hot store holds. */
  readonly rewire?: (stores: Stores, stocks: Stocks) => Stores;
  /** Changes a process' own wiring, for the same end. */
  readonly rewireProcess?: (ports: FlashSalePorts) => FlashSalePorts;
  readonly guards?: Partial<Guards>;
  /** Changes what the seed decided, to lead a world to where chance seldom does. */
  readonly replan?: (plan: Plan) => Plan;
}

export function createWorld(options: WorldOptions): World {
  const { seed, traced = false, rewire = (stores: Stores) => stores, replan = (plan: Plan) => plan } = options;
  const guards = { ...ALL_GUARDS, looksAtReplicationId: true, looksForEveryKey: true, ...options.guards };
  const random = createRandom(seed);
  const plan = replan(drawPlan(random));
  const scheduler = createScheduler(random);
  const { clock } = scheduler;
  const journal = createJournal(scheduler.elapsedMs, traced);

  const postgres = createSimulatedPostgres({ scheduler, random, slowestUs: plan.slowestMs * 1000, guards });
  const { database, products, orders, orderPages, changes } = postgres;
  const invariants = createInvariants({ sales: plan.sales, database, hot: () => hot, journal, nowMs: clock.now });
  const observer = createObserver({ nowMs: scheduler.elapsedMs, database });
  const hot: HotStore = createHotStore({
    ...{ clock, lockTtlMs: plan.lockTtlMs, random },
    wire: ({ inventory, loading, inventoryChanges, stocks }, locks) => {
      const bare = { products, orders, orderPages, changes, inventory, loading, inventoryChanges, locks };
      return watched(observer.watch(rewire(bare, stocks)), invariants, journal);
    },
  });

  return {
    plan,
    random,
    scheduler,
    journal,
    invariants,
    recorder: createRecorder(scheduler.elapsedMs),
    observer,
    database,
    postgres,
    hot,
    stores: hot.main.stores,
    ids: createSimulatedIds(),
    weather: { odds: plan.odds, late: new Set(), awayUntilUs: { inventory: 0, orders: 0 }, lateUntilMs: 0 },
    traps: createTraps(),
    guards,
    rewireProcess: options.rewireProcess ?? ((ports) => ports),
  };
}

/** Answers how to ask, later, whether this product's inventory may have refused somebody wrongly in the meantime. */
export function watchForTaint({ hot, database }: World, productId: string): () => boolean {
  const mayBeWrong = () => hot.mayRefuseWrongly(productId, database.ledger(productId)?.epoch ?? 0);
  const [before, upheavals] = [mayBeWrong(), hot.upheavals];
  return () => before || hot.upheavals !== upheavals || mayBeWrong();
}

/** Counts a fault that found something to strike. */
export function struck(journal: Journal, kind: string): void {
  journal.count(kind);
  journal.count("faults that struck");
}
