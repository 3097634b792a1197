import type { Clock } from "../ports/clock.js";
import type { Random } from "./random.js";

/** Where virtual time begins: 2026-01-01T00:00:00Z. */
const BEGINNING_MS = 1_767_225_600_000;

/**
 * Turns of the microtask queue that every event gets before the next one happens. A longer chain of awaits only goes on a little later,
 * as on a slow processor, and just the same in every run. Each turn costs: 24 of them took a tenth of a run.
 */
const TURNS = 8;

const turnOfTheQueue = Promise.resolve();

interface Event {
  readonly atUs: number;
  /** Drawn: of events at one instant, chance says which is first. */
  readonly tie: number;
  readonly happen: () => void;
}

/** Virtual time, and all that will happen in it, one event after another. */
export interface Scheduler {
  /** The world's own clock; the stores go by it. */
  readonly clock: Clock;
  nowUs(): number;
  /** Virtual milliseconds since the beginning. */
  elapsedMs(): number;
  after(delayUs: number, happen: () => void): void;
  /** Lets events happen until `done`, for `limitMs` at most. Answers whether it was done. */
  run(done: () => boolean, limitMs: number): Promise<boolean>;
  /** How many events happened, and a number that depends on when each did: equal in two runs that were the same. */
  readonly digest: { events: number; hash: number };
}

export function createScheduler(random: Random): Scheduler {
  const heap: Event[] = [];
  const digest = { events: 0, hash: 0 };
  let nowUs = 0;

  const isBefore = (a: Event, b: Event) => a.atUs < b.atUs || (a.atUs === b.atUs && a.tie < b.tie);

  function after(delayUs: number, happen: () => void): void {
    const event = { atUs: nowUs + Math.max(0, Math.floor(delayUs)), tie: random.bits(), happen };
    let index = heap.length;
    while (index > 0) {
      const parent = heap[(index - 1) >> 1];
      if (!parent || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = (index - 1) >> 1;
    }
    heap[index] = event;
  }

  function takeFirst(): void {
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      let child = heap[left];
      if (!child) break;
      let childIndex = left;
      const right = heap[left + 1];
      if (right && isBefore(right, child)) [child, childIndex] = [right, left + 1];
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }

  async function run(done: () => boolean, limitMs: number): Promise<boolean> {
    const endUs = nowUs + limitMs * 1000;
    while (!done()) {
      const event = heap[0];
      if (!event || event.atUs > endUs) {
        nowUs = endUs;
        return done();
      }
      takeFirst();
      nowUs = event.atUs;
      digest.events += 1;
      digest.hash = Math.imul(digest.hash ^ nowUs ^ event.tie, 0x01000193);
      event.happen();
      for (let turn = 0; turn < TURNS; turn += 1) await turnOfTheQueue;
    }
    return true;
  }

  const clock: Clock = {
    now: () => BEGINNING_MS + Math.floor(nowUs / 1000),
    sleep: (ms) => new Promise((resume) => after(ms * 1000, resume)),
  };
  return { clock, nowUs: () => nowUs, elapsedMs: () => nowUs / 1000, after, run, digest };
}
