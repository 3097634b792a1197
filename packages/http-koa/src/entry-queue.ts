import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";

/** So many purchases under way keep this process busy. */
const FEW = 128;
/** Who waits, at most: with the few, as many as there are places. */
const LONGEST = DEFAULT_COMMIT_LIMITS.maxPlaces - FEW;
/** The same once somebody was shed, until nobody was for so long. */
const LONGEST_IN_OVERLOAD = 64;
const CALM_AFTER_MS = 1_000;
/** Whoever would wait longer had better come back. */
const LONGEST_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 10;
/** Of the time; less, and the process idles. */
const BUSY = 0.9;

export interface Entry {
  /** Resolves when it was answered. */
  readonly enter: () => Promise<void>;
  readonly shed: () => void;
  /** Whoever asked has hung up. */
  readonly isGone: () => boolean;
}

interface Waiting {
  readonly entry: Entry;
  readonly sinceMs: number;
}

export interface EntryQueueParts {
  /** Whether one more may be under way, and fewer than `within` are. */
  readonly hasRoom: (within?: number) => boolean;
  /** Of the time since it was last asked, the share in which the event loop had work. */
  readonly utilization?: () => number;
}

/**
 * Lets few purchases in at a time, in the order in which they came. What is under way lives in memory until it is answered, and each young
 * collection copies it meanwhile; so the others wait here, as requests of which only the head was read. Where the process idles with few
 * under way, it is the stores that everybody waits for: then more are let in, as many as there are places.
 *
 * The queue is for a crowd that passes. In an overload it makes all wait, and serves nobody more: so once it was full it is kept short, and
 * who does not fit is shed at once.
 */
export function createEntryQueue({ hasRoom, utilization = eventLoopUtilization() }: EntryQueueParts) {
  const queue: Waiting[] = [];
  let few = FEW;
  /** Let in during this turn of the event loop, less those who were answered: they may not have taken their places yet. */
  let letIn = 0;
  let shedAtMs = Number.NEGATIVE_INFINITY;
  let isWatched = false;

  function isFree(): boolean {
    return letIn < few && hasRoom(few);
  }

  function letOneIn({ enter, isGone }: Entry): void {
    if (isGone()) return;
    if (letIn === 0) setImmediate(endTurn);
    letIn += 1;
    void enter().then(() => {
      letIn = Math.max(0, letIn - 1);
      advance();
    });
  }

  function endTurn(): void {
    letIn = 0;
    advance();
  }

  function advance(): void {
    while (isFree()) {
      const next = queue.shift();
      if (next === undefined) return;
      letOneIn(next.entry);
    }
  }

  function shed(entry: Entry, nowMs: number): void {
    shedAtMs = nowMs;
    entry.shed();
  }

  function watch(): void {
    if (isWatched) return;
    isWatched = true;
    utilization();
    setTimeout(look, LOOK_EVERY_MS);
  }

  function look(): void {
    const nowMs = performance.now();
    few = utilization() < BUSY ? few * 2 : FEW;
    for (let oldest = queue[0]; oldest && nowMs - oldest.sinceMs > LONGEST_WAIT_MS; oldest = queue[0]) {
      queue.shift();
      shed(oldest.entry, nowMs);
    }
    advance();
    isWatched = queue.length > 0;
    if (isWatched) setTimeout(look, LOOK_EVERY_MS);
    else few = FEW;
  }

  function come(entry: Entry): void {
    if (queue.length === 0 && isFree()) {
      letOneIn(entry);
      return;
    }
    const nowMs = performance.now();
    const longest = nowMs - shedAtMs < CALM_AFTER_MS ? LONGEST_IN_OVERLOAD : LONGEST;
    if (queue.length < longest && hasRoom()) {
      queue.push({ entry, sinceMs: nowMs });
      watch();
    } else shed(entry, nowMs);
  }

  return { come, length: () => queue.length };
}

function eventLoopUtilization(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const before = last;
    last = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(last, before).utilization;
  };
}
