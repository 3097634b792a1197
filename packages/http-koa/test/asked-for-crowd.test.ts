import { askedForCrowd } from "#src/asked-for-crowd.js";
import { expect } from "chai";
import { useFakeTimers, type SinonFakeTimers } from "sinon";

describe("a question that a crowd asks", () => {
  const WITHIN_MS = 10;
  let clock: SinonFakeTimers;
  beforeEach(() => (clock = useFakeTimers()));
  afterEach(() => clock.restore());

  /** Three questions in 10 ms at most. Each answer says how often the same was asked by then. */
  function opened(now?: () => number) {
    const asked: string[] = [];
    const ask = askedForCrowd(
      async (about: string) => {
        asked.push(about);
        const question = `${about} ${asked.filter((one) => one === about).length}`;
        if (about === "away") throw new Error(question);
        if (about === "slow") await new Promise((resolve) => setTimeout(resolve, 2 * WITHIN_MS));
        return question;
      },
      { questions: 3, withinMs: WITHIN_MS },
      now,
    );
    return { ask, asked };
  }

  const fiveTimes = (ask: (about: string) => Promise<string>, about: string): Promise<string[]> =>
    Promise.all(Array.from({ length: 5 }, () => ask(about).catch((fault: unknown) => String(fault))));

  it("is asked for each who comes, where they are few", async () => {
    const { ask } = opened();
    expect(await ask("a")).to.equal("a 1");
    expect(await ask("a")).to.equal("a 2");
    await clock.tickAsync(WITHIN_MS);
    expect(await ask("a")).to.equal("a 3");
  });

  it("is answered to the others with the newest answer, until that is too old", async () => {
    const { ask, asked } = opened();
    expect(await fiveTimes(ask, "a")).to.deep.equal(["a 1", "a 2", "a 3", "a 3", "a 3"]);
    await clock.tickAsync(WITHIN_MS - 1);
    expect(await ask("a")).to.equal("a 3");
    await clock.tickAsync(1);
    expect(await fiveTimes(ask, "a")).to.deep.equal(["a 4", "a 5", "a 6", "a 6", "a 6"]);
    expect(asked).to.have.lengthOf(6);
  });

  it("is too old by the clock, also where a long turn keeps the timers waiting", async () => {
    let nowMs = 0;
    const { ask } = opened(() => nowMs);
    await fiveTimes(ask, "a");
    nowMs = WITHIN_MS;
    expect(await ask("a")).to.equal("a 4");
  });

  it("is shared by a crowd while its answer is under way", async () => {
    const { ask, asked } = opened();
    const answers = fiveTimes(ask, "slow");
    await clock.tickAsync(2 * WITHIN_MS);
    expect(await answers).to.deep.equal(["slow 1", "slow 2", "slow 3", "slow 3", "slow 3"]);
    expect(asked).to.have.lengthOf(3);
  });

  it("about something else is another one", async () => {
    const { ask } = opened();
    await fiveTimes(ask, "a");
    expect(await ask("b")).to.equal("b 1");
  });

  it("that fails, fails for those alone who share it", async () => {
    const { ask } = opened();
    expect(await fiveTimes(ask, "away")).to.deep.equal(
      ["away 1", "away 2", "away 3", "away 3", "away 3"].map((question) => `Error: ${question}`),
    );
    await clock.tickAsync(WITHIN_MS);
    expect(await ask("away").catch(String)).to.equal("Error: away 4");
  });
});
