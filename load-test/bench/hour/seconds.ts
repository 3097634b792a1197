import type { SteadySecond } from "../load/steady.js";
import type { Look } from "./watch.js";

export const EVENTS = ["checkpoint begins", "checkpoint goes on", "vacuum or analyze", "AOF rewrite"] as const;
export type Event = (typeof EVENTS)[number];

/** After a checkpoint has begun, each page is written to the log whole when it is changed first. */
const BEGINS_FOR_MS = 10_000;

/** One second of the load, with what went on meanwhile. */
export interface Second extends SteadySecond {
  readonly events: ReadonlySet<Event>;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly events: readonly Event[];
}

/** What went on between one look and the next. Nothing does at the first. */
const spansOf = (looks: readonly Look[]): Span[] => {
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let isCheckpoint = false;
  return looks.slice(1).map((look, index) => {
    const before = looks[index] ?? look;
    if (look.checkpointsBegun > before.checkpointsBegun) {
      begunAtMs = look.atMs;
      isCheckpoint = true;
    }
    const events: Event[] = [];
    if (isCheckpoint) events.push(look.atMs - begunAtMs < BEGINS_FOR_MS ? "checkpoint begins" : "checkpoint goes on");
    if (look.lastCheckpoint !== before.lastCheckpoint) isCheckpoint = false;
    if (look.vacuumsUnderWay > 0 || look.vacuums > before.vacuums) events.push("vacuum or analyze");
    if (look.isRewriting || before.isRewriting) events.push("AOF rewrite");
    return { fromMs: before.atMs, toMs: look.atMs, events };
  });
};

export const withEvents = (seconds: readonly SteadySecond[], looks: readonly Look[]): Second[] => {
  const spans = spansOf(looks);
  let first = 0;
  return seconds.map((second) => {
    const fromMs = second.atMs - 1_000;
    while ((spans[first]?.toMs ?? Number.POSITIVE_INFINITY) <= fromMs) first += 1;
    const events = new Set<Event>();
    for (let at = first; (spans[at]?.fromMs ?? Number.POSITIVE_INFINITY) < second.atMs; at += 1)
      for (const event of spans[at]?.events ?? []) events.add(event);
    return { ...second, events };
  });
};

/** How often an event began. */
export const timesOf = (seconds: readonly Second[], event: Event): number =>
  seconds.filter(({ events }, at) => events.has(event) && seconds[at - 1]?.events.has(event) !== true).length;
