// Copied among the core's tests: a few simulated sales, which see what no test of one use case does.
import { simulate } from "@flash-sale/core/simulation";
import { expect } from "chai";

const SEEDS = 24;
const SEEDS_A_TEST = 4;

describe("simulated sales", () => {
  for (let from = 1; from <= SEEDS; from += SEEDS_A_TEST) {
    it(`keep every invariant, from seed ${String(from)}`, async () => {
      for (let seed = from; seed < from + SEEDS_A_TEST; seed += 1)
        expect((await simulate({ seed })).violation).to.equal(null);
    });
  }
});
