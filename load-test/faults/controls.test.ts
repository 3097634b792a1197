import { expect } from "chai";
import { SMALL } from "./row.js";
import { cut } from "./rows/cut.js";
import { flushed } from "./rows/flushed.js";
import { runReaper } from "./rows/reaper.js";
import { startStage, type Stage } from "./stage.js";

const SEED = 7;

/** The same rows over a product that was broken on purpose: a checker that stays green then would prove nothing. */
describe("The checkers of the fault runs turn red", function () {
  this.timeout(180_000);
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  it("when a commit whose end nobody knows is taken for one that failed", async () => {
    const { violations } = await cut.run(stage, { seed: SEED, scale: SMALL, sabotage: { takesUnknownForVoid: true } });
    expect(violations.join("\n")).to.match(/^I4: (order \S+ of \S+ comes of no request|key \S+ of \S+ has 2 orders)/m);
  });

  it("when a buyer is told 201 of an order that was never written", async () => {
    const { violations } = await flushed.run(stage, {
      seed: SEED,
      scale: SMALL,
      sabotage: { forgetsEveryNthBatch: 10 },
    });
    expect(violations.join("\n")).to.match(/^I4: \S+ was answered 201 with order \S+, which does not stand/m);
  });

  it("when the reaper puts units back without a void", async () => {
    const { violations } = await runReaper(stage, { seed: SEED, scale: SMALL, releasesWithoutVoid: true });
    expect(violations.join("\n")).to.match(
      /^I6: \S+ is (confirmed|nowhere); its writer was told (order|nothing), the reaper void/m,
    );
  });
});
