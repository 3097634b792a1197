import { expect } from "chai";
import { createLatencyCounts, latencyQuantile } from "./latencies.js";

describe("Latencies by buckets", () => {
  it("tell a quantile two in a hundred too long at most", () => {
    const counts = createLatencyCounts();
    for (let ms = 1; ms <= 1_000; ms += 1) counts.add(ms);
    const latencies = counts.take();
    for (const [share, ms] of [
      [0.5, 500],
      [0.99, 990],
      [0.999, 999],
      [1, 1_000],
    ] as const)
      expect(latencyQuantile([latencies], share)).to.be.within(ms, ms * 1.02);
  });

  it("of several seconds are those of all their requests together", () => {
    const counts = createLatencyCounts();
    for (let number = 0; number < 999; number += 1) counts.add(2);
    const quiet = counts.take();
    counts.add(500);
    const stalled = counts.take();
    expect(latencyQuantile([quiet, stalled], 0.999)).to.be.within(2, 2.04);
    expect(latencyQuantile([quiet, stalled], 1)).to.be.within(500, 510);
  });

  it("are forgotten once they were taken, and of none there is no quantile", () => {
    const counts = createLatencyCounts();
    counts.add(1);
    counts.take();
    expect(counts.take()).to.deep.equal([]);
    expect(latencyQuantile([], 0.99)).to.be.NaN;
  });

  it("count what is too short or too long for a bucket in the first or the last", () => {
    const counts = createLatencyCounts();
    counts.add(0);
    counts.add(1e9);
    const latencies = counts.take();
    expect(latencyQuantile([latencies], 0.5)).to.equal(0.01);
    expect(latencyQuantile([latencies], 1)).to.be.above(60_000);
  });
});
