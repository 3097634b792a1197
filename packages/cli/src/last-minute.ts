const SECONDS = 60;

/** What was sold in each of the last 60 seconds. */
export interface LastMinute {
  /** `rate` units a second since the look before, `seconds` ago: a look that comes late stands for all the seconds it was waited for. */
  add(rate: number, seconds: number): void;
  /** The oldest first. */
  rates(): readonly number[];
}

export function createLastMinute(): LastMinute {
  let rates: readonly number[] = [];
  return {
    add(rate, seconds) {
      const times = Math.min(SECONDS, Math.max(1, Math.round(seconds)));
      rates = [...rates, ...Array<number>(times).fill(rate)].slice(-SECONDS);
    },
    rates: () => rates,
  };
}
