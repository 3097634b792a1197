import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { CONFIGURATIONS, GUARDS, LIMITS } from "./configurations.js";
import { explore } from "./explore.js";
import { findSpin } from "./find-spin.js";
import { faultsOf, type Outcome } from "./report.js";
import { parseReplay, parseSearch } from "./search-report.js";

const model = readFileSync(fileURLToPath(new URL("../../model/purchase.pml", import.meta.url)), "utf8");

const WHOLE = `
(Spin Version 6.5.2 -- 6 December 2019)
	+ Partial Order Reduction

Full statespace search for:
	never claim         	- (none specified)
	assertion violations	+
	cycle checks       	- (disabled by -DSAFETY)
	invalid end states	+

State-vector 124 byte, depth reached 58, errors: 0
    82728 states, stored
   222610 states, matched
   305338 transitions (= stored+matched)
        4 atomic steps
hash conflicts:       826 (resolved)

Stats on memory usage (in Megabytes):
   11.992	equivalent memory usage for states (stored*(State-vector + overhead))
    9.172	actual memory usage for states (compression: 76.48%)
         	state-vector as stored = 87 byte + 28 byte overhead
  128.000	memory used for hash table (-w24)
    0.534	memory used for DFS stack (-m10000)
  137.613	total actual memory usage


unreached in proctype Request
	purchase.pml:700, state 686, "-end-"
	(1 of 686 states)
unreached in init
	(0 of 24 states)

pan: elapsed time 0.25 seconds
pan: rate    330912 states/second
`;
const STOPPED = WHOLE.replace("errors: 0", "errors: 1").replace(
  "\n(Spin",
  "pan:1: assertion violated (committed<=1) (at depth 11)\npan: wrote purchase.pml.trail\n\n(Spin",
);

describe("The model of the protocol", () => {
  describe("what spin says", () => {
    it("is read in full", () => {
      expect(parseSearch(WHOLE)).to.deep.equal({
        states: 82_728,
        transitions: 305_338,
        depth: 58,
        memoryMb: 137.613,
        seconds: 0.25,
        stoppedBy: null,
      });
      expect(parseSearch(STOPPED).stoppedBy).to.equal("assertion");
    });

    const cutShort: Record<string, string> = {
      "ran out of depth": WHOLE.replace("\n(Spin", "error: max search depth too small\n(Spin"),
      "ran out of memory": WHOLE.replace("\n(Spin", "pan: reached -DMEMLIM bound\n(Spin"),
      "was not completed": WHOLE.replace("\n\t+ Partial", "\nWarning: Search not completed\n\t+ Partial"),
      "hashed states away": WHOLE.replace("Full statespace", "Bit statespace"),
      "looked for no violation": WHOLE.replace("violations\t+", "violations\t-"),
      "looked for no deadlock": WHOLE.replace("end states\t+", "end states\t- (disabled by -E flag)"),
      "ended before its figures": WHOLE.slice(0, WHOLE.indexOf("Stats")),
      "said nothing": "",
      "said a word that is not known": `${WHOLE}pan: all is well\n`,
      "counted an error and named none": WHOLE.replace("errors: 0", "errors: 1"),
      "named an error and counted none": STOPPED.replace("errors: 1", "errors: 0"),
    };
    for (const [how, output] of Object.entries(cutShort)) {
      it(`is no search where it ${how}`, () => {
        expect(() => parseSearch(output)).to.throw(Error);
      });
    }

    it("names the invariant that a counterexample violates, by the line of its assertion", () => {
      const files = { model: "x\n  assert(a); /* I3 */\n", trail: "-4:-4:-4\n1:0:7\n2:1:3\n3:2:4\n" };
      const replayOf = (line: number): string => `spin: purchase.pml:${line}, Error: assertion violated\n`;
      const violation = parseReplay({ stoppedBy: "assertion" }, { ...files, replay: replayOf(2) });
      expect(violation).to.deep.equal({ invariant: "I3", steps: 2 });
      expect(parseReplay({ stoppedBy: "deadlock" }, { ...files, replay: "" }).invariant).to.equal("I5");
      expect(() => parseReplay({ stoppedBy: "assertion" }, { ...files, replay: replayOf(1) })).to.throw("no invariant");
      expect(() => parseReplay({ stoppedBy: "assertion" }, { ...files, replay: "" })).to.throw("no invariant");
    });
  });

  it("names an invariant behind every assertion, and knows every guard and configuration that is listed", () => {
    const assertions = model.split("\n").filter((line) => line.includes("assert("));
    expect(assertions).to.have.length.greaterThan(10);
    for (const line of assertions) expect(line).to.match(/assert\(.*\);? \/\* (I[1-6]|one rebuild) \*\//);
    for (const { name } of GUARDS) expect(model).to.match(new RegExp(`^#if(n?def) ${name}$`, "m"));
    for (const { name } of [...CONFIGURATIONS, ...LIMITS])
      expect(model).to.match(new RegExp(`^#(el)?if defined\\(${name}\\)$`, "m"));
    for (const { configuration } of GUARDS) expect(CONFIGURATIONS.map(({ name }) => name)).to.include(configuration);
  });

  it("calls a violation wrong that is none, is missing or is another than expected", () => {
    const explored = { ...parseSearch(WHOLE), violation: null };
    const [configuration] = CONFIGURATIONS;
    const guard = { name: "G", configuration: "SMALL", about: "", violates: "I2" };
    const outcome = (invariant: string | null): Outcome => {
      const found = { ...explored, violation: invariant === null ? null : { invariant, steps: 3 } };
      return {
        configurations: [{ configuration: configuration!, explored: found }],
        endings: [],
        guards: [{ guard, explored: found }],
        limits: [],
        seconds: 1,
      };
    };
    expect(faultsOf(outcome(null))).to.deep.equal(["without G: nothing violated, I2 expected"]);
    expect(faultsOf(outcome("I2"))).to.deep.equal(["COMMITS: I2 violated, nothing expected"]);
    expect(faultsOf(outcome("I1"))).to.have.lengthOf(2);
  });

  describe("explored", () => {
    before(async function () {
      this.timeout(300_000);
      await findSpin();
    });

    it("whole, in its small form, holds every invariant, and every run ends", async function () {
      this.timeout(120_000);
      const { violation, states } = await explore({ configuration: "SMALL", search: "all" });
      expect(violation).to.equal(null);
      expect(states).to.be.greaterThan(50_000);
      const endings = await explore({ configuration: "SMALL", search: "endings" });
      expect(endings.violation).to.equal(null);
    });

    for (const name of [
      "NO_VOID_BEFORE_RELEASE",
      "READ_INSTEAD_OF_REWRITE",
      "NO_EPOCH_CHECK",
      "NO_LEDGER_CAP",
      "LOCK_OUTLIVES_HOLDER",
    ]) {
      const guard = GUARDS.find((one) => one.name === name)!;
      it(`without ${name} violates ${String(guard.violates)}`, async function () {
        this.timeout(120_000);
        const { configuration, violates } = guard;
        const { violation } = await explore({ configuration, without: [name], search: "shortest" });
        expect(violation?.invariant).to.equal(violates);
      });
    }
  });
});
