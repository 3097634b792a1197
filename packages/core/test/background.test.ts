import { createBackground } from "#src/background.js";
import { expect } from "chai";

describe("work in the background", () => {
  it("names what failed and tells the fault, and nothing of what went well", async () => {
    const told: unknown[] = [];
    const background = createBackground((...fault) => told.push(fault));
    const fault = new Error("away");
    background.run("announcing", Promise.reject(fault));
    background.run("confirming", Promise.resolve("well"));
    await background.idle();
    expect(told).to.deep.equal([["announcing", fault]]);
  });

  it("is idle when all of it has ended, and what it started as well", async () => {
    const ended: string[] = [];
    const background = createBackground(() => undefined);
    const turns = async (count: number, name: string) => {
      for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
      ended.push(name);
    };
    const first = turns(10, "first").then(() => background.run("second", turns(10, "second")));
    background.run("first", first);
    background.run("short", turns(1, "short"));
    await background.idle();
    expect(ended).to.deep.equal(["short", "first", "second"]);
  });

  it("is idle at once where there is none", async () => {
    await createBackground(() => undefined).idle();
  });
});
