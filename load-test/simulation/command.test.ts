// The command as people type it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { documentOf } from "./document.js";
import { Tally } from "./tally.js";

const COMMAND = fileURLToPath(new URL("../simulate.js", import.meta.url));
const PAGE = fileURLToPath(new URL("../../../docs/simulation.md", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const command = (
  args: string[],
  whenSaid?: { readonly text: RegExp; readonly signal: NodeJS.Signals },
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const said = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said.err += text;
      if (whenSaid?.text.test(said.err)) child.kill(whenSaid.signal);
    });
    child.on("error", reject);
    child.on("exit", (code) => resolve({ code, ...said }));
  });

const digestIn = (out: string): string | undefined => /^digest:? (.*)$/m.exec(out)?.[1];

describe("npm run sim", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-sim-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  /** Voids that are told and not written. */
  const stores = join(folder, "stores.mjs");
  writeFileSync(
    stores,
    `export const rewire = (stores) => ({
      ...stores,
      orders: {
        ...stores.orders,
        void: async (_productId, reservations) =>
          Promise.all(reservations.map(async ({ id }) => (await stores.orders.find(id))?.status ?? "void")),
      },
    });`,
  );

  it("comes to the same with any number of threads, and to another with other seeds", async () => {
    const runs = [
      ["--jobs", "1"],
      ["--jobs", "3"],
      ["--from", "2"],
    ].map((more) => command(["--seeds", "12", ...more]));
    const [one, three, others] = await Promise.all(runs);
    expect(one?.code, one?.out).to.equal(0);
    expect(one?.out).to.include("histories undecided: 0").and.include("violations: 0");
    expect(digestIn(one?.out ?? "")).to.match(/^[0-9a-f]{16}$/);
    expect(digestIn(three?.out ?? "")).to.equal(digestIn(one?.out ?? ""));
    expect(digestIn(others?.out ?? "")).not.to.equal(digestIn(one?.out ?? ""));
  });

  it("shrinks what fails, and the plan it prints fails in the same way each time it is run", async () => {
    const found = await command(["--seeds", "10", "--stores", stores]);
    expect(found.code, found.out).to.equal(1);
    const [, seed = ""] = /--seed (\d+) --plan FILE/.exec(found.out) ?? [];
    const [, plan = ""] = /^Its plan:\n(.*)$/m.exec(found.out) ?? [];
    const file = join(folder, "plan.json");
    writeFileSync(file, plan);

    const again = ["--seed", seed, "--plan", file, "--stores", stores];
    const [first, second] = await Promise.all([command(again), command([...again, "--trace"])]);
    const shrunk = found.out.slice(found.out.indexOf("Shrunk in"));
    expect(first?.code).to.equal(1);
    expect(digestIn(first?.out ?? "")).to.equal(digestIn(shrunk));
    expect(digestIn(second?.out ?? "")).to.equal(digestIn(shrunk));
    expect(first?.out).to.include(/^seed .*violated.*$/m.exec(shrunk)?.[0] ?? "nothing");
  });

  it("says at once what was broken, however long the run", async () => {
    const { code, out, err } = await command(["--seeds", "100000", "--stores", stores], {
      text: /^seed \d+: .* violated/m,
      signal: "SIGINT",
    });
    expect(code).to.equal(130);
    expect(out).to.include(/^seed \d+: .* violated.*$/m.exec(err)?.[0] ?? "nothing");
  });

  it("ends at Ctrl-C with what was seen so far, says so, and writes nothing", async () => {
    const before = readFileSync(PAGE, "utf8");
    const stopped = await command(["--seeds", "100000", "--write"], {
      text: /^[1-9]\d* of 100000 seeds/m,
      signal: "SIGINT",
    });
    expect(stopped.code).to.equal(130);
    expect(stopped.out).to.match(/Stopped after [1-9]\d* of 100000 seeds/);
    expect(stopped.out).to.include("Nothing was written").and.include("attempts");
    expect(readFileSync(PAGE, "utf8")).to.equal(before);
  });

  it("says how it goes on while it goes on", async () => {
    const { err } = await command(["--seeds", "100000"], { text: /seeds, .*left/, signal: "SIGINT" });
    expect(err).to.match(/of 100000 seeds, [\d.]+ a second, .+ left, 0 violations/);
  });

  const wrong: Record<string, [args: string[], sentence: string]> = {
    "no seeds": [["--seeds", "0"], '--seeds must be a whole number from 1, and not "0"'],
    "seeds that are no number": [["--seeds", "many"], "--seeds must be a whole number"],
    "no threads": [["--jobs", "0"], "--jobs must be a whole number"],
    "an option that does not exist": [["--sedes", "3"], "Unknown option '--sedes'"],
    "a plan of no seed": [["--plan", "x.json"], "--plan goes with --seed"],
    "one seed and many": [["--seed", "1", "--seeds", "2"], "--seeds is for many seeds"],
    "a plan that is not there": [["--seed", "1", "--plan", join(folder, "none.json")], "cannot be read as JSON"],
    "a plan that is none": [
      ["--seed", "1", "--plan", fileURLToPath(new URL("../../../package.json", import.meta.url))],
      "is no plan",
    ],
    "stores that are not there": [["--stores", join(folder, "none.mjs")], "--stores: Cannot find module"],
    "figures of other stores in the page": [
      ["--stores", "x.mjs", "--write"],
      "--write is for the stores that are shipped",
    ],
  };
  for (const [what, [args, sentence]] of Object.entries(wrong)) {
    it(`refuses ${what} in one sentence`, async () => {
      const { code, out, err } = await command(args);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err.split("\n")[0]).to.include(sentence);
    });
  }

  it("tells what there is", async () => {
    const { code, out } = await command(["--help"]);
    expect(code).to.equal(0);
    for (const option of ["--seeds", "--from", "--jobs", "--seed", "--trace", "--plan", "--stores", "--write"])
      expect(out).to.include(option);
  });

  it("makes the page of what was said", () => {
    const page = documentOf({ madeBy: "npm run sim", on: "a machine", commit: "abc1234" }, ["violations: 0"]);
    expect(page).to.include("On a machine, at abc1234, by `npm run sim`").and.include("\nviolations: 0\n");
    expect(page).to.include("## Your own stores");
  });
});

describe("the tally of many seeds", () => {
  it("counts a thing that did not happen as none, in the smallest and in the median", () => {
    const tally = new Tally();
    const seen = [{ shots: 3 }, {}, { shots: 5 }, { shots: 3 }, {}];
    seen.forEach((counts, seed) =>
      tally.add({ seed, counts: Object.entries(counts), virtualMs: 1, events: 2, hash: 3, violation: null }),
    );
    expect(tally.distributions()).to.deep.equal([{ what: "shots", sum: 11, min: 0, median: 3, max: 5 }]);
    expect(tally).to.include({ seeds: 5, virtualMs: 5, events: 10 });
  });

  it("tells seeds that failed from those too quiet to count and those that were not decided", () => {
    const tally = new Tally();
    const loud = Object.entries({ attempts: 200, processes: 3, "faults that struck": 5 });
    const add = (seed: number, counts: [string, number][], violation: string | null = null) =>
      tally.add({ seed, counts, virtualMs: 1, events: 1, hash: 1, violation });
    add(1, loud);
    add(2, [], "broken");
    add(3, [["attempts", 199]]);
    add(4, [...loud, ["buyers' histories undecided", 1]]);
    expect(tally.violations).to.deep.equal([{ seed: 2, sentence: "broken" }]);
    expect(tally.tooQuiet).to.deep.equal([3]);
    expect(tally.undecided).to.deep.equal([4]);
  });
});
