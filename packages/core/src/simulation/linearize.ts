/** A step, and between which instants it took effect. Infinity: at any time, or never. */
export interface Timespan<Step> {
  readonly step: Step;
  readonly fromMs: number;
  readonly untilMs: number;
}

export type Linearization = "explained" | "impossible" | "undecided";

/**
 * Looks for an order of the steps that real time allows and the sequential specification can follow: the search of Wing & Gong
 * ("Testing and Verifying Concurrent Objects", 1993) with the memory of Lowe ("Testing for linearizability", 2017), as Knossos and
 * Porcupine do it. `follow` answers the very same state where a step changes nothing, now or in any later state; such a step is taken as
 * soon as it fits, since it can stand in no other's way. Gives up after `maxVisits` states: undecided is not explained.
 */
export function linearize<State, Step>(
  timespans: readonly Timespan<Step>[],
  first: State,
  follow: (state: State, step: Step) => State | null,
  nameOf: (state: State) => string,
  maxVisits: number,
): Linearization {
  const sorted = [...timespans].sort((a, b) => a.fromMs - b.fromMs);
  const done = sorted.map(() => false);
  const seen = new Set<string>();
  let heardLeft = sorted.filter(({ untilMs }) => untilMs < Infinity).length;
  let visits = 0;

  function mark(index: number, isDone: boolean): void {
    done[index] = isDone;
    if ((sorted[index]?.untilMs ?? Infinity) < Infinity) heardLeft += isDone ? -1 : 1;
  }

  /** Steps that may be the next one: nothing that is left had ended before they began. */
  function candidates(): number[] {
    let firstEndMs = Infinity;
    sorted.forEach(({ untilMs }, index) => {
      if (!done[index]) firstEndMs = Math.min(firstEndMs, untilMs);
    });
    const found: number[] = [];
    for (const [index, { fromMs }] of sorted.entries()) {
      if (fromMs > firstEndMs) break;
      if (!done[index]) found.push(index);
    }
    return found;
  }

  function goOn(state: State): Linearization {
    if (heardLeft === 0) return "explained";
    visits += 1;
    if (visits > maxVisits) return "undecided";
    const writers: (readonly [index: number, next: State])[] = [];
    for (const index of candidates()) {
      const step = sorted[index]?.step;
      const next = step === undefined ? null : follow(state, step);
      if (next === state) return take(index, state);
      if (next !== null) writers.push([index, next]);
    }
    if (writers.length > 1) {
      const place = `${done.map((is) => (is ? 1 : 0)).join("")} ${nameOf(state)}`;
      if (seen.has(place)) return "impossible";
      seen.add(place);
    }
    for (const [index, next] of writers) {
      const result = take(index, next);
      if (result !== "impossible") return result;
    }
    return "impossible";
  }

  function take(index: number, next: State): Linearization {
    mark(index, true);
    const result = goOn(next);
    mark(index, false);
    return result;
  }

  return goOn(first);
}
