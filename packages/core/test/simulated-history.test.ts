import { expect } from "chai";
import type { HoldAnswer, HoldRequest, Inventory } from "@flash-sale/core";
import { simulate, type SimulationReport, type Stores } from "@flash-sale/core/simulation";

const SEEDS_TO_FIND_IT = 10;
/** By the virtual clock: the truth is told to those who ask again in the end. */
const LIES_UNTIL_MS = Date.UTC(2026, 0, 1) + 6_000;

type Rewire = (stores: Stores) => Stores;

const withHold = (change: (inventory: Inventory) => Inventory["hold"]): Rewire => {
  return (stores) => ({ ...stores, inventory: { ...stores.inventory, hold: change(stores.inventory) } });
};

/** Now and then one of the crowd is refused for no reason. Whoever comes after the crowd is not: nothing else goes wrong. */
const refuses = (refusal: Omit<Extract<HoldAnswer, { kind: "refused" }>, "kind" | "epoch" | "available">): Rewire =>
  withHold((inventory) => {
    let asked = 0;
    return async (request: HoldRequest, lock) => {
      if (request.userId.startsWith("user-")) asked += 1;
      const status = asked % 20 === 0 ? await inventory.status(request.productId, request.epoch) : null;
      if (!status || status.nowMs > LIES_UNTIL_MS || !request.userId.startsWith("user-"))
        return inventory.hold(request, lock);
      return { kind: "refused", epoch: request.epoch, available: status.available, ...refusal };
    };
  });

const refusal = { orders: [], holds: null, perUserLimit: 3 };

/** Nothing of it shows in what stands: only those who asked can tell. */
const lies: Record<string, { rewire: Rewire; sentence: RegExp }> = {
  "says sold out while units are free": {
    rewire: refuses({ ...refusal, reason: "sold-out" }),
    sentence: /units were free|no order of events/,
  },
  "refuses by a limit that no order reaches": {
    rewire: refuses({ ...refusal, reason: "limit-reached" }),
    sentence: /no order of events/,
  },
  "speaks of another purchase where there is none": {
    rewire: refuses({ ...refusal, reason: "in-progress" }),
    sentence: /another purchase is under way, and there was none/,
  },
  "shows a unit that nobody can find": {
    rewire: (stores) => ({
      ...stores,
      inventory: {
        ...stores.inventory,
        async status(productId, epoch) {
          const status = await stores.inventory.status(productId, epoch);
          return status && { ...status, available: status.available + 1 };
        },
      },
    }),
    sentence: /does not add up/,
  },
};

async function firstFailure(rewire: Rewire): Promise<SimulationReport | null> {
  for (let seed = 1; seed <= SEEDS_TO_FIND_IT; seed += 1) {
    const report = await simulate({ seed, rewire });
    if (report.violation) return report;
  }
  return null;
}

describe("what a simulated crowd was told", () => {
  for (const [what, { rewire, sentence }] of Object.entries(lies)) {
    it(`is not explained where the inventory ${what}`, async function () {
      this.timeout(60_000);
      const violation = (await firstFailure(rewire))?.violation;
      expect(violation?.invariant, violation?.sentence).to.equal("linearizability");
      expect(violation?.sentence).to.match(sentence);
    });
  }

  it("is explained whole, buyer by buyer, where it tells the truth", async function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= SEEDS_TO_FIND_IT; seed += 1) {
      const { violation, counts } = await simulate({ seed });
      expect(violation).to.equal(null);
      expect(counts.get("buyers' histories explained")).to.be.greaterThan(10);
      expect(counts.get("buyers' histories undecided")).to.equal(0);
    }
  });
});
