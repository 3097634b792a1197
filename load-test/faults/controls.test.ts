import { expect } from "chai";
import { runControl } from "./controls.js";
import { ROWS } from "./rows/index.js";
import { startStage, type Stage } from "./stage.js";

const SEED = 7;
/** Those that turn red within seconds; others wait for what will not come. `npm run faults -- --controls` runs the controls of all rows. */
const QUICK = ["1", "2", "4", "9", "11", "14", "15"];

/** The first of each of these rows. */
describe("The checkers of the fault runs turn red", function () {
  this.timeout(180_000);
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage[Symbol.asyncDispose]());

  for (const row of ROWS.filter(({ name }) => QUICK.includes(name))) {
    const [control] = row.controls;
    if (control === undefined) continue;
    it(`in row ${row.name}, for ${control.built}`, async () => {
      const { red } = await runControl(stage, row, control, SEED);
      expect(red?.found).to.match(new RegExp(`^${control.breaks}`));
    });
  }
});
