import { saleState } from "#src/product.js";
import { KEPT_AFTER_END_MS } from "@flash-sale/core";
import { expect } from "chai";

describe("the state of a sale", () => {
  const terms = {
    totalQuantity: 10,
    priceMinor: 1,
    perUserLimit: 1,
    saleStartAtMs: 1_000,
    saleEndAtMs: 2_000,
    revision: 0,
  };

  it("is active from its start, included, to its end, excluded, while there is stock", () => {
    const states = [999, 1_000, 1_999, 2_000].map((nowMs) => saleState(terms, 1, nowMs));
    expect(states).to.deep.equal(["upcoming", "active", "active", "ended"]);
  });

  it("is sold out without stock, and only between start and end", () => {
    const states = [999, 1_000, 1_999, 2_000].map((nowMs) => saleState(terms, 0, nowMs));
    expect(states).to.deep.equal(["upcoming", "sold_out", "sold_out", "ended"]);
  });

  it("is kept for a day after its end", () => {
    expect(KEPT_AFTER_END_MS).to.equal(86_400_000);
  });
});
