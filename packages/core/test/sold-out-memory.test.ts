import { createSoldOutMemory } from "#src/sold-out-memory.js";
import { expect } from "chai";

describe("the memory of what is sold out", () => {
  /** `pass`: time goes by. `set`: only the clock shows another time. `stop`: time goes by, and nothing that waits wakes up. */
  const opened = () => {
    let passedMs = 0;
    let nowMs = 10_000_000;
    const sleepers: { readonly atMs: number; readonly resume: () => void }[] = [];
    const clock = {
      now: () => nowMs,
      sleep: (ms: number) => new Promise<void>((resume) => void sleepers.push({ atMs: passedMs + ms, resume })),
    };
    const set = (ms: number) => void (nowMs += ms);
    const stop = (ms: number) => {
      passedMs += ms;
      set(ms);
    };
    const pass = async (ms: number) => {
      stop(ms);
      for (const { atMs, resume } of sleepers) if (atMs <= passedMs) resume();
      await Promise.resolve();
    };
    return { memory: createSoldOutMemory({ clock }), pass, set, stop };
  };

  it("lasts for a moment, and for that life of the inventory", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    expect(memory.has("p", 1)).to.equal(true);
    expect(memory.has("p", 2)).to.equal(false);
    await pass(1_000);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("is over after 200 ms to the millisecond", () => {
    const { memory, stop } = opened();
    memory.remember("p", 1);
    stop(199);
    expect(memory.has("p", 1)).to.equal(true);
    stop(1);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("does not last longer where the clock is set back an hour", () => {
    const { memory, set } = opened();
    memory.remember("p", 1);
    set(-3_600_000);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("does not last longer where the clock is set back by a little more than it lasts", async () => {
    const { memory, pass, set } = opened();
    memory.remember("p", 1);
    await pass(100);
    set(-290);
    await pass(150);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("does not come back when the clock that was set back shows that time again", async () => {
    const { memory, pass, set } = opened();
    memory.remember("p", 1);
    set(-3_600_000);
    await pass(3_600_000);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("is over where a process was stopped, before anything in it wakes up", () => {
    const { memory, stop } = opened();
    memory.remember("p", 1);
    stop(3_000);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("lasts from when it was first heard, however often it is heard again", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    await pass(150);
    memory.remember("p", 1);
    expect(memory.has("p", 1)).to.equal(true);
    await pass(100);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("is not cut short by the wait for what was forgotten before", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    await pass(150);
    memory.forget("p");
    memory.remember("p", 1);
    await pass(100);
    expect(memory.has("p", 1)).to.equal(true);
    await pass(100);
    expect(memory.has("p", 1)).to.equal(false);
  });

  it("has the crowd wait for one answer where it has just ended, and for none before or after", async () => {
    const { memory, pass } = opened();
    expect(memory.ask("p"), "never remembered").to.equal(undefined);
    memory.remember("p", 1);
    expect(memory.ask("p"), "still remembered").to.equal(undefined);
    await pass(200);
    expect(memory.answer("p"), "nobody has asked").to.equal(undefined);
    const heard = memory.ask("p");
    expect(memory.ask("p"), "one is enough").to.equal(undefined);
    const answer = memory.answer("p");
    expect(answer).not.to.equal(undefined);
    heard?.();
    await answer;
    expect(memory.answer("p"), "it is there").to.equal(undefined);
    expect(memory.ask("p"), "nothing is remembered").to.equal(undefined);
  });

  it("has nobody wait for an answer where a unit came back", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    await pass(200);
    memory.forget("p");
    expect(memory.ask("p")).to.equal(undefined);
    expect(memory.answer("p")).to.equal(undefined);
  });

  it("has the crowd wait no longer than 30 ms", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    await pass(200);
    memory.ask("p");
    let waits = true;
    void memory.answer("p")?.then(() => (waits = false));
    await pass(29);
    expect(waits).to.equal(true);
    await pass(1);
    await Promise.resolve();
    expect(waits).to.equal(false);
    expect(memory.answer("p"), "for those who come now").to.equal(undefined);
  });

  it("leaves the next question alone when an earlier one is answered late", async () => {
    const { memory, pass } = opened();
    memory.remember("p", 1);
    await pass(200);
    const late = memory.ask("p");
    memory.remember("p", 1);
    await pass(200);
    memory.ask("p");
    const answer = memory.answer("p");
    late?.();
    expect(answer).not.to.equal(undefined);
    expect(memory.answer("p")).to.equal(answer);
  });
});
