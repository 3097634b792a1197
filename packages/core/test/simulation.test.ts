import { expect } from "chai";
import type { Locks } from "@flash-sale/core";
import { simulate, type SimulationOptions } from "@flash-sale/core/simulation";
import { loadsThatComeLate } from "./simulation-controls.js";

/** `npm run sim -- --seeds 10000` runs the many. */
const SOUND_SEEDS = 80;
/** Of a world of its own. */
const SEEDS_EACH = 40;

const locksThatGrantEverything: Locks = { acquire: async () => true, release: async () => undefined };

/** Many seeds, none of which may find anything. */
async function expectSound(options: Omit<SimulationOptions, "seed">): Promise<void> {
  for (let seed = 1; seed <= SEEDS_EACH; seed += 1)
    expect((await simulate({ seed, ...options })).violation, `seed ${String(seed)}`).to.equal(null);
}

describe("the simulation", () => {
  it(`finds nothing wrong in ${String(SOUND_SEEDS)} seeds, each with 200 attempts and 5 faults that struck`, async function () {
    this.timeout(180_000);
    const all = new Map<string, number>();
    for (let seed = 1; seed <= SOUND_SEEDS; seed += 1) {
      const { violation, counts } = await simulate({ seed });
      expect(violation, `seed ${String(seed)}`).to.equal(null);
      expect(counts.get("attempts"), `attempts of seed ${String(seed)}`).to.be.at.least(200);
      expect(counts.get("processes"), `processes of seed ${String(seed)}`).to.be.at.least(3);
      expect(counts.get("faults that struck"), `faults of seed ${String(seed)}`).to.be.at.least(5);
      for (const [what, count] of counts) all.set(what, (all.get(what) ?? 0) + count);
    }
    const seen = [
      "answers: 201 purchased",
      "answers: 200 replayed",
      "voids",
      "rebuilds",
      "ambiguous commits",
      "teachings",
      "changes: changed",
      "changes: total-too-low",
      "withholding told withheld",
      "cancellations: cancelled",
      "cancellations told applied-before",
      "teachings refused, behind",
    ];
    const faults = [
      "crashes with work under way",
      "pauses",
      "lost replies",
      "late requests",
      "doubled requests",
      "inventory lost",
      "key lost",
      "old snapshot",
      "unnoticed snapshot",
      "two masters",
      "two masters unnoticed",
      "orders failover",
      "pool exhausted",
      "calls without a connection",
      "clock jumps",
      "orders cancelled",
    ];
    expect([...all.keys()]).to.include.members([...seen, ...faults]);
  });

  it("does the same things at the same instants when a seed is run again", async () => {
    const [first, again, other] = [
      await simulate({ seed: 7, traced: true }),
      await simulate({ seed: 7, traced: true }),
      await simulate({ seed: 8 }),
    ];
    expect(again.trace.join("\n")).to.equal(first.trace.join("\n"));
    expect(again).to.deep.equal(first);
    expect((await simulate({ seed: 7 })).hash, "tracing changes nothing").to.equal(first.hash);
    expect(other.hash).not.to.equal(first.hash);
  });

  it("finds nothing wrong with locks that grant everything: safety never rests on them", async function () {
    this.timeout(180_000);
    await expectSound({ rewire: (stores) => ({ ...stores, locks: locksThatGrantEverything }) });
  });

  it("never takes a load that comes late, after others have rebuilt and the inventory was lost once more, for the one in service", async function () {
    this.timeout(180_000);
    await expectSound({ replan: loadsThatComeLate });
  });
});
