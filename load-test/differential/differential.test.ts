import { expect } from "chai";
import type pg from "pg";
import { compare } from "./compare.js";
import { drawSequence } from "./draw.js";
import { optionsOf } from "./options.js";
import { findingOf } from "./report.js";
import { run } from "./run.js";
import { startStage, type Stage } from "./stage.js";

const SEED = 1;
const SEQUENCES = 300;
/** A guard that is missing shows within so many sequences. */
const SOON = 300;

/** Takes a guard out of a text that has it exactly once. */
function without(text: string, guard: string, instead: string): string {
  expect(text.split(guard), `the guard ${guard}`).to.have.length(2);
  return text.replace(guard, () => instead);
}

/** Takes a guard out of a function of the database. */
const spoiltFunction = (name: string, guard: string, instead: string) => async (pool: pg.Pool) => {
  const { rows } = await pool.query<{ text: string }>("select pg_get_functiondef($1::regproc) as text", [name]);
  await pool.query(without(rows[0]?.text ?? "", guard, instead));
};

describe("The real adapters against their specification", function () {
  this.timeout(600_000);
  let stage: Stage;
  before(async () => {
    stage = await startStage(3);
  });
  after(() => stage[Symbol.asyncDispose]());

  it(`give the same answers in ${String(SEQUENCES)} random sequences, among them every kind of answer`, async () => {
    const { tally, sets, sequences, finding } = await run({ lanes: stage.lanes, seed: SEED, sequences: SEQUENCES });
    expect(finding === null ? "" : findingOf(finding)).to.equal("");
    expect(tally.missing()).to.deep.equal([]);
    expect(sequences).to.equal(SEQUENCES);
    expect(sets).to.be.greaterThan(SEQUENCES);
  });

  it("draw the same sequence from the same seed, and another from another", async () => {
    const [one, again, other] = await Promise.all([drawSequence(7), drawSequence(7), drawSequence(8)]);
    expect(again).to.deep.equal(one);
    expect(other.steps).not.to.deep.equal(one.steps);
  });

  it("are found to differ where the hold's script does not count what its buyer has bought", async () => {
    const guard = "elseif purchased + quantity > limit then reason = 'limit-reached'";
    const stores = await stage.spoilt({
      lua: (text) => (text.includes("limit-reached") ? without(text, guard, "elseif false then") : text),
    });
    const { finding } = await run({ lanes: [stores], seed: SEED, sequences: SOON });
    // Held, or refused for want of stock.
    expect(finding?.difference.real.join())
      .to.match(/"kind":"(held|refused)"/)
      .and.not.to.match(/limit-reached/);
    expect(finding?.difference.expected.join()).to.match(/limit-reached/);
    expect(finding?.sequence.steps.length, "steps left of the sequence").to.be.lessThan(8);
  });

  it("are found to differ where the commit's function does not look at the buyers' limit", async () => {
    const guard = "if v_check.within_limit and ";
    const stores = await stage.spoilt({ sql: spoiltFunction("commit_reservations", guard, "if ") });
    const { finding } = await run({ lanes: [stores], seed: SEED, sequences: SOON });
    expect(finding).not.to.equal(null);
    if (!finding) return;
    expect(finding.difference.expected.join()).to.match(/"cause":"limit"/);
    expect(finding.sequence.steps.length, "steps left of the sequence").to.be.lessThan(8);
    // Its seed alone shows it again.
    const again = await compare(stores, await drawSequence(finding.seed), { lane: 0, run: 1_000 });
    expect(again).not.to.equal(null);
  });

  it("are found to differ where only what comes at once goes wrong: a commit that does not wait for the other", async () => {
    const guard = "from ledger l where l.product_id = p_product for no key update";
    const stores = await stage.spoilt({
      sql: spoiltFunction("commit_reservations", guard, "from ledger l where l.product_id = p_product"),
    });
    const { finding } = await run({ lanes: [stores], seed: SEED, sequences: 1_000 });
    expect(finding).not.to.equal(null);
    expect(finding?.sequence.steps.some(({ operations }) => operations.length > 1)).to.equal(true);
  });
});

describe("The command line of the differential run", () => {
  it("has defaults, and takes a seed, a number and a sequence", () => {
    expect(optionsOf(["--seed", "3", "--jobs", "4"])).to.deep.equal({
      sequences: 10_000,
      seed: 3,
      jobs: 4,
      write: false,
      sequence: null,
      trace: false,
    });
    expect(optionsOf(["--sequence", "17", "--trace"])).to.include({ sequence: 17, trace: true });
    expect(optionsOf(["--help"])).to.equal(undefined);
  });

  const wrong: readonly [args: string[], sentence: RegExp][] = [
    [["--sequences", "0"], /--sequences takes whole numbers from 1/],
    [["--sequences", "many"], /not "many"/],
    [["--seed", ""], /--seed takes whole numbers/],
    [["--jobs", "1.5"], /--jobs takes whole numbers/],
    [["--trace"], /name it with --sequence/],
    [["--sequence", "1", "--write"], /--write is for many/],
    [["--sequnces", "1"], /sequnces/],
    [["now"], /now/],
  ];
  for (const [args, sentence] of wrong) {
    it(`says what is wrong with ${args.join(" ")}`, () => {
      expect(() => optionsOf(args)).to.throw(sentence);
    });
  }
});
