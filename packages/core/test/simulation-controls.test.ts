import { expect } from "chai";
import { controls, runControl, worldOf, type Shown } from "./simulation-controls.js";

/** With the guard in place, so many seeds at least are sound: as many as it took to miss it. */
const LEAST_SOUND_SEEDS = 8;

describe("the simulation, with one guard taken out", () => {
  const table: Shown[] = [];
  // One line a control, for whoever makes a document of it.
  after(() => process.stdout.write(table.map((row) => `${JSON.stringify(row)}\n`).join("")));

  for (const control of controls) {
    it(`goes red for ${control.built}`, async function () {
      this.timeout(180_000);
      const shown = await runControl(control);
      expect(shown, "no seed finds it").not.to.equal(null);
      if (!shown) return;
      expect(shown.invariant).to.be.oneOf(control.breaks);
      table.push(shown);

      const [first, again] = [
        await worldOf(control, shown.seed, "unguarded"),
        await worldOf(control, shown.seed, "unguarded"),
      ];
      expect(again.violation).to.deep.equal(first.violation);
      expect(again.hash).to.equal(first.hash);
    });

    if (!control.replan) continue;
    it(`finds nothing wrong with that guard in place: ${control.built}`, async function () {
      this.timeout(180_000);
      const seeds = Math.max(LEAST_SOUND_SEEDS, table.find(({ built }) => built === control.built)?.seed ?? 0);
      for (let seed = 1; seed <= seeds; seed += 1)
        expect((await worldOf(control, seed, "guarded")).violation, `seed ${String(seed)}`).to.equal(null);
    });
  }
});
