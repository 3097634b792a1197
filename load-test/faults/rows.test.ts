import { expect } from "chai";
import { describe as inWords, SMALL } from "./row.js";
import { ROWS } from "./rows/index.js";
import { startStage, type Stage } from "./stage.js";

const SEED = 20_261_123;

describe("A sale under real faults", function () {
  // For hangs.
  this.timeout(180_000);
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const row of ROWS) {
    it(`keeps I1 to I6 and sells out: ${row.about}`, async () => {
      const report = await row.run(stage, { seed: SEED, scale: SMALL });
      process.stdout.write(`      ${row.name}: ${inWords(report)}\n`);
      expect(report.missing, "what the row is about and did not happen").to.deep.equal([]);
      expect(report.violations).to.deep.equal([]);
    });
  }
});
