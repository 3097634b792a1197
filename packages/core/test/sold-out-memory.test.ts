import { createSoldOutMemory } from "#src/sold-out-memory.js";
import { expect } from "chai";

describe("the memory of what is sold out", () => {
  const opened = () => {
    let nowMs = 10_000_000;
    const memory = createSoldOutMemory({ clock: { now: () => nowMs, sleep: () => Promise.resolve() } });
    return { memory, turn: (ms: number) => (nowMs += ms) };
  };

  it("lasts for a moment, and for that life of the inventory", () => {
    const { memory, turn } = opened();
    memory.remember("p", 1);
    expect(memory.has("p", 1)).to.equal(true);
    expect(memory.has("p", 2)).to.equal(false);
    turn(1_000);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("does not last longer where the clock is set back", () => {
    const { memory, turn } = opened();
    memory.remember("p", 1);
    turn(-3_600_000);
    expect(memory.has("p", 1)).to.equal(false);
  });
});
