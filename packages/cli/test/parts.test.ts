import { expect } from "chai";
import { commandLine } from "#src/command-line.js";
import { createLastMinute } from "#src/last-minute.js";
import { proposalsFor, type Proposal } from "#src/proposals.js";
import { coloursFor } from "#src/terminal/colours.js";
import { progressLine } from "#src/terminal/progress.js";
import { sparkline } from "#src/terminal/sparkline.js";
import { tableLines } from "#src/terminal/table.js";
import { cut, inOneLine, widthOf } from "#src/terminal/width.js";
import { sentenceFor } from "#src/wrong-usage.js";

describe("what a terminal shows", () => {
  it("is measured in its columns, and cut to them", () => {
    for (const [text, width] of [
      ["", 0],
      ["Console", 7],
      ["コンソール", 10],
      ["é", 1],
      ["e\u0301", 1],
      ["🎮 x", 4],
    ] as const)
      expect(widthOf(text), text).to.equal(width);
    expect(cut("Console", 7)).to.equal("Console");
    expect(cut("Console", 6)).to.equal("Conso…");
    expect(cut("コンソール", 6)).to.equal("コン…");
  });

  it("obeys nothing that a name holds", () => {
    expect(inOneLine("A\n\tB\x1b[2J\u202eC\x07")).to.equal("A B[2JC");
  });

  it("is a table whose first column gives way, and whose numbers stand on the right, whole", () => {
    const rows = [
      ["a".repeat(60), "active", "1,000"],
      ["b", "sold_out", "7"],
    ];
    const lines = tableLines(["product", "status", "sold"], rows, 60, String);
    expect(lines).to.deep.equal([
      `product${" ".repeat(36)}  status     sold`,
      `${"a".repeat(42)}…  active    1,000`,
      `b${" ".repeat(42)}  sold_out      7`,
    ]);
  });

  it("is a sparkline as high as its highest value; only nothing is as low as nothing", () => {
    expect(sparkline([])).to.equal("");
    expect(sparkline([0, 0])).to.equal("▁▁");
    expect(sparkline([0, 0.1, 50, 100])).to.equal("▁▂▅█");
  });

  it("keeps a minute, and lets a late look stand for the seconds that it was waited for", () => {
    const lastMinute = createLastMinute();
    lastMinute.add(5, 1.1);
    lastMinute.add(2, 3.2);
    expect(lastMinute.rates()).to.deep.equal([5, 2, 2, 2]);
    lastMinute.add(1, 1_000);
    expect(lastMinute.rates()).to.deep.equal(Array(60).fill(1));
  });

  it("is a bar with rate and time left, as wide as there is room", () => {
    const half = { value: 1_500, total: 3_000, elapsedMs: 500 };
    expect(progressLine("orders", half, 80)).to.equal(
      `orders  ${"█".repeat(15)}${"░".repeat(15)}  1,500/3,000  3,000/s  1 s left`,
    );
    expect(progressLine("orders", half, 40)).to.equal("orders  1,500/3,000  3,000/s  1 s left");
    expect(progressLine("orders", half, 10)).to.equal("orders  1,");
    expect(progressLine("orders", { ...half, total: null }, 80)).to.equal("orders  1,500  3,000/s");
    const slow = { value: 1, total: 10_000, elapsedMs: 2_000 };
    expect(progressLine("products", slow, 80)).to.match(/ {2}1\/10,000 {2}0\.5\/s {2}5 h 33 min left$/);
    expect(progressLine("products", { value: 0, total: 3, elapsedMs: 0 }, 80)).to.match(/░ {2}0\/3$/);
  });

  it("is painted on terminals, unless NO_COLOR says no; FORCE_COLOR paints elsewhere", () => {
    const paints = (terminal: boolean, environment: NodeJS.ProcessEnv) =>
      coloursFor(terminal, environment).red("x") !== "x";
    expect(paints(true, { TERM: "xterm" })).to.be.true;
    expect(paints(true, { TERM: "dumb" })).to.be.false;
    expect(paints(false, { TERM: "xterm" })).to.be.false;
    expect(paints(true, { NO_COLOR: "1" })).to.be.false;
    expect(paints(true, { NO_COLOR: "" })).to.be.true;
    expect(paints(false, { FORCE_COLOR: "1" })).to.be.true;
    expect(paints(true, { FORCE_COLOR: "0" })).to.be.false;
    expect(paints(true, { FORCE_COLOR: "1", NO_COLOR: "1" })).to.be.false;
  });
});

describe("a mistyped command line", () => {
  const unknown = (line: string): string => sentenceFor(line.split(" "), "Unknown argument: x", commandLine());

  for (const [line, sentence] of [
    ["sed", 'There is no command "sed". Did you mean seed?'],
    ["--json statsu", 'There is no command "statsu". Did you mean status?'],
    ["export", 'There is no command "export". Did you mean orders export?'],
    ["products lst", 'There is no command "products lst". Did you mean list?'],
    ["orders frobnicate", 'There is no command "orders frobnicate". There are export, cancel.'],
    ["seed --quantty=5", "flash-sale seed has no option --quantty. Did you mean --quantity?"],
    ["seed --perUserLimt 5", "flash-sale seed has no option --perUserLimt. Did you mean --per-user-limit?"],
    ["seed --colour red", "flash-sale seed has no option --colour."],
    [
      "products update --no-descripton",
      "flash-sale products update has no option --no-descripton. Did you mean --description?",
    ],
    [
      "products update --no-description --ttal 5",
      "flash-sale products update has no option --ttal. Did you mean --total?",
    ],
    ["seed x", "Unknown argument: x"],
  ] as const) {
    it(`${line}: ${sentence}`, () => {
      expect(unknown(line)).to.equal(sentence);
    });
  }

  it("says what is missing, and leaves other complaints as they are", () => {
    const missing = "Not enough non-option arguments: got 0, need at least 1";
    expect(sentenceFor(["rebuild"], missing, commandLine())).to.equal(
      "Something is missing: flash-sale rebuild <productId..>.",
    );
    expect(sentenceFor(["products", "show"], missing, commandLine())).to.equal(
      "Something is missing: flash-sale products show <productId>.",
    );
    expect(sentenceFor(["seed"], "--price must be a number.", commandLine())).to.equal("--price must be a number.");
  });
});

describe("completion", () => {
  const KNOWN = "0190a5a0-0000-7000-8000-000000000000";
  const products = async (beginning: string): Promise<Proposal[]> => [{ word: KNOWN, describe: beginning }];
  const words = async (...typed: string[]): Promise<string[]> =>
    (await proposalsFor(typed, commandLine(), products)).map(({ word }) => word);

  it("proposes commands, and below a command its own", async () => {
    expect(await words("s")).to.deep.equal(["seed", "status", "serve"]);
    expect(await words("products", "")).to.deep.equal(["list", "show", "update"]);
    expect(await words("--json", "orders", "")).to.deep.equal(["export", "cancel"]);
  });

  it("proposes options that were not given, the common ones included", async () => {
    expect(await words("reconcile", "--")).to.include.members(["--all", "--fix", "--json", "--help"]);
    expect(await words("reconcile", "--fix", "--f")).to.deep.equal([]);
    expect(await words("seed", "--per")).to.deep.equal(["--per-user-limit"]);
  });

  it("proposes the values of an option, also behind =, and nothing but files where any value will do", async () => {
    expect(await words("orders", "export", "--format", "")).to.deep.equal(["csv", "ndjson"]);
    expect(await words("orders", "export", "--format=n")).to.deep.equal(["--format=ndjson"]);
    // As bash takes it apart.
    expect(await words("orders", "export", "--format", "=", "n")).to.deep.equal(["ndjson"]);
    expect(await words("orders", "export", "--format", "=")).to.deep.equal(["csv", "ndjson"]);
    expect(await words("orders", "export", "--out", "")).to.deep.equal([]);
    expect(await words("completion", "")).to.deep.equal(["bash", "zsh"]);
  });

  it("proposes products where one is named, each once", async () => {
    expect(await words("rebuild", "")).to.deep.equal([KNOWN]);
    expect(await words("rebuild", KNOWN, "")).to.deep.equal([]);
    expect(await words("products", "show", "")).to.deep.equal([KNOWN]);
    expect(await words("products", "show", KNOWN, "")).to.deep.equal([]);
    expect(await words("orders", "cancel", "")).to.deep.equal([]);
  });
});
