import { expect } from "chai";
import { createWrongMemory } from "#src/simulation/wrong-memory.js";

describe("the simulator's look at what a process may remember of a wrong inventory", () => {
  let nowMs = 0;
  let memory = createWrongMemory(() => nowMs);
  const wrong = () => true;
  const sound = () => false;
  beforeEach(() => {
    nowMs = 0;
    memory = createWrongMemory(() => nowMs);
  });

  it("is of its own inventory first", () => {
    expect(memory.begin("one", "p", wrong).end()).to.equal(true);
    expect(memory.begin("one", "p", sound).end()).to.equal(false);
  });

  it("lasts for 200 ms after a call that met a wrong one, in that process and of that product alone", () => {
    memory.begin("one", "p", wrong).end();
    nowMs = 200;
    expect(memory.begin("one", "p", sound).mayRemember).to.equal(true);
    expect(memory.begin("two", "p", sound).mayRemember).to.equal(false);
    expect(memory.begin("one", "q", sound).mayRemember).to.equal(false);
    nowMs = 201;
    expect(memory.begin("one", "p", sound).mayRemember).to.equal(false);
  });

  it("is of calls under way, too, and not of those that met a sound one", () => {
    const call = memory.begin("one", "p", sound);
    expect(memory.begin("one", "p", sound).mayRemember).to.equal(false);
    memory.begin("one", "p", wrong);
    expect(memory.begin("one", "p", sound).mayRemember).to.equal(true);
    expect(call.end()).to.equal(false);
  });

  it("is not handed on by a call that only may have remembered", () => {
    memory.begin("one", "p", wrong).end();
    nowMs = 150;
    memory.begin("one", "p", sound).end();
    nowMs = 300;
    expect(memory.begin("one", "p", sound).mayRemember).to.equal(false);
  });
});
