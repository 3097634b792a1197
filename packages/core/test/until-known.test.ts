import { untilKnown } from "#src/use-cases/until-known.js";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";

/** Does what the test says, try by try: throws a fault, or answers. The last is done again and again. */
async function tried(...ends: readonly (Error | string)[]) {
  let tries = 0;
  let sleptMs = 0;
  const clock = { now: () => sleptMs, sleep: async (ms: number) => void (sleptMs += ms) };
  const answer: unknown = await untilKnown(clock, async () => {
    const end = ends[Math.min(tries, ends.length - 1)];
    tries += 1;
    if (end instanceof Error) throw end;
    return end;
  }).catch((fault: unknown) => fault);
  return { answer, tries, sleptMs };
}

const unknown = new StoreUnavailable("orders", "unknown");
const none = new StoreUnavailable("orders", "none");

describe("doing again what is safe to repeat", () => {
  it("goes on while nobody knows, with a pause each time, until there is an answer", async () => {
    expect(await tried("done")).to.deep.equal({ answer: "done", tries: 1, sleptMs: 0 });
    expect(await tried(unknown, none, unknown, "done")).to.deep.equal({ answer: "done", tries: 4, sleptMs: 300 });
  });

  it("does not begin to where the first try was certainly not carried out", async () => {
    expect(await tried(none, "done")).to.deep.equal({ answer: none, tries: 1, sleptMs: 0 });
  });

  it("gives up in the end, and says of which store nobody knows what it did: also where the last try did nothing", async () => {
    for (const last of [unknown, none]) {
      const { answer, tries } = await tried(unknown, last);
      expect(answer).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "orders", effect: "unknown" });
      expect(answer).to.have.property("cause", last);
      expect(tries).to.equal(5);
    }
  });

  it("ends at once at a refusal, and at what nobody foresaw", async () => {
    for (const fault of [new StoreRejected("orders"), new Error("?")])
      expect(await tried(unknown, fault)).to.include({ answer: fault, tries: 2 });
  });
});
