import { askedForCrowd } from "#src/asked-for-crowd.js";
import { expect } from "chai";
import { useFakeTimers, type SinonFakeTimers } from "sinon";

describe("a question that a crowd asks", () => {
  const GAP_MS = 2;
  let clock: SinonFakeTimers;
  beforeEach(() => (clock = useFakeTimers()));
  afterEach(() => clock.restore());

  /** Answers how often the same was asked by then, at once. */
  function opened() {
    const asked: string[] = [];
    const ask = askedForCrowd((about: string) => {
      asked.push(about);
      if (about === "away") return Promise.reject(new Error(`away ${asked.length}`));
      return Promise.resolve(`${about} ${asked.filter((one) => one === about).length}`);
    }, GAP_MS);
    return { ask, asked };
  }

  it("is asked at once for who comes alone, each time", async () => {
    const { ask, asked } = opened();
    expect(await ask("a")).to.equal("a 1");
    await clock.tickAsync(GAP_MS);
    expect(await ask("a")).to.equal("a 2");
    expect(asked).to.have.lengthOf(2);
  });

  it("is asked once for all who come within the gap, and after each of them came", async () => {
    const { ask, asked } = opened();
    expect(await ask("a")).to.equal("a 1");
    const early = ask("a");
    await clock.tickAsync(GAP_MS - 1);
    const late = ask("a");
    expect(asked, "nobody is answered by what began before").to.have.lengthOf(1);
    await clock.tickAsync(1);
    expect(await Promise.all([early, late])).to.deep.equal(["a 2", "a 2"]);
    const next = ask("a");
    await clock.tickAsync(GAP_MS);
    expect(await next).to.equal("a 3");
  });

  it("does not wait for one about something else", async () => {
    const { ask } = opened();
    expect(await Promise.all([ask("a"), ask("b")])).to.deep.equal(["a 1", "b 1"]);
  });

  it("that fails, fails for those alone who were waiting for it", async () => {
    const { ask } = opened();
    const told = (answer: Promise<string>) => answer.catch((fault: unknown) => String(fault));
    const first = told(ask("away"));
    const second = told(ask("away"));
    await clock.tickAsync(GAP_MS);
    expect(await Promise.all([first, second])).to.deep.equal(["Error: away 1", "Error: away 2"]);
  });
});
