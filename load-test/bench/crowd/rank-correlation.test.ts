import { expect } from "chai";
import { rankCorrelation } from "./rank-correlation.js";

describe("The rank correlation", () => {
  it("is 1 where the orders are the same, however far the values lie apart", () => {
    expect(
      rankCorrelation([
        [1, 10],
        [900, 12],
        [70, 11],
      ]),
    ).to.equal(1);
  });

  it("is -1 where one order is the other's reverse", () => {
    expect(
      rankCorrelation([
        [1, 3],
        [2, 2],
        [3, 1],
      ]),
    ).to.equal(-1);
  });

  it("counts how far ranks lie apart", () => {
    expect(
      rankCorrelation([
        [1, 2],
        [2, 1],
        [3, 3],
        [4, 4],
      ]),
    ).to.be.closeTo(0.8, 1e-9);
  });
});
