import { expect } from "chai";
import type { SteadySecond } from "../load/steady.js";
import { timesOf, withEvents, type Event } from "./seconds.js";
import type { Look } from "./watch.js";

const quietLook: Omit<Look, "atMs"> = {
  ...{ rssMb: 100, isRewriting: false, checkpointsBegun: 3, lastCheckpoint: "0/1", vacuums: 0, vacuumsUnderWay: 0 },
};
/** One a second, from 500 ms on: half a second off the load's own seconds. */
const looksWith = (changes: Readonly<Record<number, Partial<Look>>>): Look[] => {
  let now = quietLook;
  return Array.from({ length: 31 }, (_, at) => {
    now = { ...now, ...changes[at] };
    return { ...now, atMs: 500 + at * 1_000 };
  });
};
const seconds: SteadySecond[] = Array.from({ length: 30 }, (_, at) => ({ atMs: (at + 1) * 1_000, latencies: [] }));
const secondsWith = (looks: readonly Look[], event: Event): number[] =>
  withEvents(seconds, looks).flatMap(({ atMs, events }) => (events.has(event) ? [atMs / 1_000] : []));

describe("The seconds of an hour, by what went on", () => {
  it("are quiet while nothing is seen", () => {
    for (const { events } of withEvents(seconds, looksWith({}))) expect([...events]).to.deep.equal([]);
  });

  it("are of a checkpoint from its beginning until another one is the last, its first ten seconds apart", () => {
    const looks = looksWith({ 5: { checkpointsBegun: 4 }, 20: { lastCheckpoint: "0/2" } });
    expect(secondsWith(looks, "checkpoint begins")).to.deep.equal([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(secondsWith(looks, "checkpoint goes on")).to.deep.equal([15, 16, 17, 18, 19, 20, 21]);
  });

  it("know of a checkpoint and of a vacuum that came and went between two looks", () => {
    const looks = looksWith({ 5: { checkpointsBegun: 4, lastCheckpoint: "0/2" }, 9: { vacuums: 1 } });
    expect(secondsWith(looks, "checkpoint begins")).to.deep.equal([5, 6]);
    expect(secondsWith(looks, "vacuum or analyze")).to.deep.equal([9, 10]);
  });

  it("count an event once for as long as it lasts", () => {
    const looks = looksWith({
      3: { isRewriting: true },
      6: { isRewriting: false },
      12: { isRewriting: true },
      13: { isRewriting: false },
    });
    expect(secondsWith(looks, "AOF rewrite")).to.deep.equal([3, 4, 5, 6, 7, 12, 13, 14]);
    expect(timesOf(withEvents(seconds, looks), "AOF rewrite")).to.equal(2);
  });
});
