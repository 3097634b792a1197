import type { Clock } from "../ports/clock.js";
import { expect, type ContractCase } from "./case.js";

/** What the suite of Clock needs. */
export interface ClockHarness {
  readonly clock: Clock;
}

/** What every Clock must do. */
export const clockContract: ContractCase<ClockHarness>[] = [
  {
    name: "tells whole milliseconds since 1970 that do not run backwards",
    async run({ clock }) {
      const first = clock.now();
      await clock.sleep(2);
      const second = clock.now();
      expect(Number.isSafeInteger(first) && first >= 0, "now() is a whole number of milliseconds", first);
      expect(second >= first, "now() does not run backwards", { first, second });
    },
  },
  {
    name: "sleeps at least as long as it is told, by its own time",
    async run({ clock }) {
      const before = clock.now();
      await clock.sleep(20);
      // A millisecond of grace: timers and clocks are rounded apart.
      expect(clock.now() - before >= 19, "20 ms passed", clock.now() - before);
    },
  },
  {
    name: "wakes sleepers by their time, not by their order",
    async run({ clock }) {
      const woken: string[] = [];
      const sleep = async (ms: number, name: string) => {
        await clock.sleep(ms);
        woken.push(name);
      };
      await Promise.all([sleep(40, "late"), sleep(5, "early")]);
      expect(woken.join() === "early,late", "the early sleeper wakes first", woken);
    },
  },
];
