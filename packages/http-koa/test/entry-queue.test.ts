import { createEntryQueue } from "#src/entry-queue.js";
import { DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import { expect } from "chai";
import { useFakeTimers, type SinonFakeTimers } from "sinon";

const FEW = 128;
const LONGEST = DEFAULT_COMMIT_LIMITS.maxPlaces - FEW;
const LONGEST_IN_OVERLOAD = 64;

describe("the queue at the door", () => {
  let clock: SinonFakeTimers;
  beforeEach(() => (clock = useFakeTimers()));
  afterEach(() => clock.restore());

  /** A sale with so many places, in a process that has so much to do. */
  function opened({ places = 2_048, busy = 1 } = {}) {
    const seen = { entered: [] as number[], shed: [] as number[] };
    const answers: (() => void)[] = [];
    const gone = new Set<number>();
    let under = 0;
    let came = 0;
    const queue = createEntryQueue({
      hasRoom: (within = places) => under < Math.min(within, places),
      utilization: () => busy,
    });
    const come = (count: number): void => {
      for (let one = 0; one < count; one += 1) {
        const number = came++;
        queue.come({
          enter() {
            seen.entered.push(number);
            under += 1;
            return new Promise((resolve) => answers.push(resolve));
          },
          shed: () => void seen.shed.push(number),
          isGone: () => gone.has(number),
        });
      }
    };
    const answer = async (count: number): Promise<void> => {
      for (const one of answers.splice(0, count)) {
        under -= 1;
        one();
      }
      await Promise.resolve();
    };
    return { seen, come, answer, gone, length: queue.length };
  }
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

  it("lets few in at a time, the others as these are answered, in the order in which they came", async () => {
    const { seen, come, answer } = opened();
    come(FEW + 50);
    expect(seen.entered).to.deep.equal(upTo(FEW));
    await answer(10);
    await clock.tickAsync(1);
    come(1);
    expect(seen.entered).to.deep.equal(upTo(FEW + 10));
    await answer(100);
    await clock.tickAsync(1);
    expect(seen).to.deep.equal({ entered: upTo(FEW + 51), shed: [] });
  });

  it("counts those who have not taken their places yet, until the turn of the loop ends or they are answered", async () => {
    const entered: number[] = [];
    const answers: (() => void)[] = [];
    const queue = createEntryQueue({ hasRoom: () => true, utilization: () => 1 });
    for (const number of upTo(FEW + 300))
      queue.come({
        enter: () => new Promise((resolve) => (entered.push(number), answers.push(resolve))),
        shed: () => undefined,
        isGone: () => false,
      });
    expect(entered).to.have.lengthOf(FEW);
    for (const answer of answers.splice(0, 5)) answer();
    await Promise.resolve();
    expect(entered).to.have.lengthOf(FEW + 5);
    // The turn ends.
    clock.next();
    expect(entered).to.have.lengthOf(2 * FEW + 5);
  });

  it("has room for a crowd that comes at once, and sheds who comes when it is full", () => {
    const { seen, come } = opened();
    come(FEW + LONGEST + 7);
    expect(seen.entered).to.have.lengthOf(FEW);
    expect(seen.shed).to.deep.equal([FEW + LONGEST, ...upTo(6).map((more) => FEW + LONGEST + 1 + more)]);
  });

  it("is kept short once it was full, until nobody was shed for a second", async () => {
    const { seen, come, answer } = opened();
    come(FEW + LONGEST + 1);
    expect(seen.shed).to.have.lengthOf(1);
    const untilAllAreIn = async (): Promise<void> => {
      for (let round = 0; round < 40; round += 1) {
        await answer(FEW);
        await clock.tickAsync(1);
      }
    };
    await untilAllAreIn();
    come(FEW + LONGEST_IN_OVERLOAD + 2);
    expect(seen.shed).to.have.lengthOf(3);
    await untilAllAreIn();
    await clock.tickAsync(1_000);
    come(FEW + LONGEST);
    expect(seen.shed).to.have.lengthOf(3);
  });

  it("lets in as many as there are places where the process idles, since the stores take their time", async () => {
    const { seen, come } = opened({ busy: 0.2, places: 600 });
    come(1_000);
    expect(seen.entered).to.have.lengthOf(FEW);
    await clock.tickAsync(10);
    expect(seen.entered).to.have.lengthOf(2 * FEW);
    await clock.tickAsync(50);
    expect(seen.entered).to.have.lengthOf(600);
  });

  it("sheds at once where no place is free, and who has waited for two seconds", async () => {
    const { seen, come } = opened({ places: FEW });
    come(FEW);
    come(1);
    expect(seen.shed).to.deep.equal([FEW]);
    const stuck = opened();
    stuck.come(FEW + 3);
    await clock.tickAsync(1_990);
    expect(stuck.seen.shed).to.deep.equal([]);
    await clock.tickAsync(30);
    expect(stuck.seen.shed).to.deep.equal([FEW, FEW + 1, FEW + 2]);
  });

  it("says how many wait", async () => {
    const { come, answer, length } = opened();
    come(FEW);
    expect(length()).to.equal(0);
    come(7);
    expect(length()).to.equal(7);
    await answer(3);
    await clock.tickAsync(1);
    expect(length()).to.equal(4);
  });

  it("passes over whoever has hung up", async () => {
    const { seen, come, answer, gone } = opened();
    come(FEW + 3);
    gone.add(FEW + 1);
    await answer(3);
    await clock.tickAsync(1);
    expect(seen.entered).to.deep.equal([...upTo(FEW + 1), FEW + 2]);
  });
});
