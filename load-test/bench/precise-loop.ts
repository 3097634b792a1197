/** setTimeout knows whole milliseconds, and is one late at worst. */
const TIMEOUT_LATE_MS = 1.5;
/** The longest time in which nothing else in this process is heard. */
const LONGEST_NAP_MS = 0.1;
/** Sooner than this counts as now: looking at the clock again takes as long. */
export const AT_ONCE_MS = 0.02;

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
/** Sleeps for less than a millisecond, the whole thread. */
const nap = (ms: number): void => void Atomics.wait(nobodyWakes, 0, 0, ms);

/** How much longer than asked a nap takes here: the kernel's slack, some 60 µs. */
const napLateMs = (() => {
  const late = Array.from({ length: 21 }, () => {
    const startedMs = performance.now();
    nap(LONGEST_NAP_MS);
    return performance.now() - startedMs - LONGEST_NAP_MS;
  }).toSorted((a, b) => a - b);
  return Math.min(late[10] ?? 0, LONGEST_NAP_MS);
})();

export interface PreciseLoop {
  /** Something is due, now or soon. */
  wake(): void;
}

/**
 * A timer for parts of a millisecond. `work` does what is due and answers in how many milliseconds it wants to be called
 * again; null: not before it is woken. While the next call is near, the loop takes short naps between looks at the sockets:
 * to spin instead would take a whole core of the machine that is measured.
 */
export const createPreciseLoop = (work: () => number | null): PreciseLoop => {
  let awake = false;
  const turn = (): void => {
    const againInMs = work();
    if (againInMs === null) {
      awake = false;
    } else if (againInMs > 2 * TIMEOUT_LATE_MS) {
      setTimeout(turn, againInMs - TIMEOUT_LATE_MS);
    } else {
      const napMs = Math.min(againInMs - napLateMs, LONGEST_NAP_MS);
      if (napMs > 0) nap(napMs);
      setImmediate(turn);
    }
  };
  return {
    wake() {
      if (awake) return;
      awake = true;
      setImmediate(turn);
    },
  };
};
