import type { Random } from "./random.js";

/** One sale of a world. */
export interface SalePlan {
  readonly totalQuantity: number;
  readonly perUserLimit: number;
  readonly startsInMs: number;
  /** The first sale outlives the world; a second one may end in the middle. */
  readonly durationMs: number;
}

/** What may strike a simulated sale. */
export type FaultKind =
  | "crash"
  | "pause"
  | "inventory lost"
  /** A key of an inventory is gone, alone. */
  | "key lost"
  /** The hot store is at an older state again, and its replication id tells. */
  | "old snapshot"
  /** The same, and nothing tells: only the ledger knows better. */
  | "unnoticed snapshot"
  /** A second master with a copy of the first one's state, for a while; then one of them is gone. */
  | "two masters"
  | "two masters unnoticed"
  | "inventory away"
  | "orders away"
  /** The synchronous standby takes over: what is under way is undone or done, and nobody knows which. */
  | "orders failover"
  /** A process has no connection to the orders for a while. */
  | "pool exhausted"
  | "clock jump"
  /** Somebody has orders cancelled whose units are still held, and a few more; the inventory follows at once, or not yet. */
  | "orders cancelled"
  /** The next call of the trap's method reaches its store long after its caller gave it up. No seed draws it by itself. */
  | "late call";

/** A fault, and when: at an instant, or the next time a call of `method` comes to `phase`. */
export interface PlannedFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly trap: {
    /** "any": whatever the method. */
    readonly method: string;
    readonly phase: Phase;
    /** Of so many steps like it the last; left out: the first. */
    readonly passes?: number;
  } | null;
}

/** What an operator does to a sale that goes on. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/**
 * Where something may strike. In a port call: sent by the process, at the store's door, carried out there, answered to the process; or at any
 * step of a process, which is no call's: "running".
 */
export type Phase = (typeof PHASES)[number] | "running";

/** What a seed decides before anything happens. */
export interface Plan {
  readonly sales: readonly [SalePlan, ...SalePlan[]];
  readonly processes: number;
  readonly users: number;
  readonly attempts: number;
  /** The attempts come within about this time. */
  readonly crowdMs: number;
  readonly lockTtlMs: number;
  /** Admission in one step of the store, or the seed's own lock, then hold. */
  readonly admission: "one step" | "lock then hold";
  readonly faults: readonly PlannedFault[];
  readonly changes: {
    /** About the pause between two changes by operators; 0: they change nothing. */
    readonly everyMs: number;
    /** What they do, the likelier more often. */
    readonly kinds: readonly ChangeKind[];
    /** Chance that a buyer has what they bought cancelled. */
    readonly regret: number;
  };
  /** Chances that a call, or an announcement, meets with this. */
  readonly odds: {
    readonly requestLost: number;
    readonly replyLost: number;
    readonly late: number;
    /** Carried out twice, since a client sent it again; its caller hears one reply. */
    readonly doubled: number;
    readonly announcementLost: number;
  };
  readonly slowestMs: number;
  /** How far a process' clock may be from the stores', which alone decide anything. */
  readonly skewMs: number;
  /** Connections of one process to the orders. */
  readonly poolSize: number;
  /** Faults that must have struck, however few find something: the crowd keeps coming until then. */
  readonly leastFaults: number;
}

/** What chance strikes with, the likelier ones more often. */
export const KINDS = [
  "crash",
  "crash",
  "crash",
  "pause",
  "pause",
  "inventory lost",
  "inventory lost",
  "key lost",
  "old snapshot",
  "unnoticed snapshot",
  "two masters",
  "two masters unnoticed",
  "inventory away",
  "orders away",
  "orders failover",
  "orders failover",
  "pool exhausted",
  "clock jump",
  "orders cancelled",
] as const;
const METHODS = [
  "admit",
  "hold",
  "commit",
  "confirm",
  "release",
  "void",
  "teach",
  "load",
  "nextEpoch",
  "moveEpoch",
  "withLedger",
  "ofBuyer",
  "pageOfBuyers",
  "withhold",
  "withhold",
  "change",
  "change",
  "cancel",
  "apply",
  "apply",
  "changesAfter",
] as const;
const CHANGE_KINDS = [
  "cancel one",
  "cancel one at several places",
  "cancel many",
  "raise",
  "lower",
  "lower too far",
  "down and up",
  "price",
  "limit",
  "window",
] as const;
const PHASES = ["sent", "arriving", "applied", "answered"] as const;
const HOUR_MS = 60 * 60 * 1000;
const ODDS = [0, 0.002, 0.01, 0.03] as const;

export function drawPlan(random: Random): Plan {
  const crowdMs = random.between(6_000, 16_000);
  const faults = Array.from({ length: random.between(7, 14) }, (): PlannedFault => {
    return { atMs: random.between(0, crowdMs), kind: random.pick(KINDS), trap: drawTrap(random) };
  });
  const first = { ...drawSale(random), durationMs: HOUR_MS };
  const second = { ...drawSale(random), durationMs: random.between(3_000, 12_000) };
  return {
    sales: random.chance(0.3) ? [first, second] : [first],
    processes: random.between(3, 5),
    users: random.between(20, 150),
    attempts: random.between(200, 260),
    crowdMs,
    lockTtlMs: random.between(1_500, 2_500),
    admission: random.pick(["one step", "lock then hold"]),
    faults,
    changes: {
      everyMs: random.pick([0, 300, 800, 2_500]),
      kinds: Array.from({ length: 6 }, () => random.pick(CHANGE_KINDS)),
      regret: random.pick([0, 0.02, 0.1]),
    },
    odds: {
      requestLost: random.pick(ODDS),
      replyLost: random.pick(ODDS),
      late: random.pick(ODDS),
      doubled: random.pick(ODDS),
      announcementLost: random.pick([0, 0.1, 1]),
    },
    slowestMs: random.pick([5, 50, 400]),
    skewMs: random.pick([0, 400, HOUR_MS]),
    poolSize: random.pick([1, 2, 10]),
    leastFaults: 5,
  };
}

function drawTrap(random: Random): PlannedFault["trap"] {
  if (random.chance(0.35)) return null;
  if (random.chance(0.3)) return { method: "any", phase: "running", passes: random.between(1, 80) };
  return { method: random.pick(METHODS), phase: random.pick(PHASES) };
}

function drawSale(random: Random) {
  return {
    totalQuantity: random.chance(0.5) ? random.between(1, 40) : random.between(40, 160),
    perUserLimit: random.between(1, 3),
    startsInMs: random.between(0, 400),
  };
}
