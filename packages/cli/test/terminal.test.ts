// The CLI as people meet it: real processes in a real terminal (tmux), of 80 columns and of others.
import { readdirSync } from "node:fs";
import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli } from "./cli.js";
import { install, type Installed } from "./installed.js";
import { requirePrograms } from "./programs.js";
import { freshStores, type TestStores } from "./stores.js";
import { openTerminal, type Terminal } from "./terminal.js";

const BASH = ["bash", "--noprofile", "--norc"];
const LONG_NAME = "A console whose name is longer than a table of eighty columns, or even of a hundred, has room for";

describe("flash-sale in a real terminal", function () {
  this.timeout(120_000);
  let stores: TestStores;
  let wired: Wired;
  let installed: Installed;
  let terminal: Terminal;

  before(async () => {
    requirePrograms("tmux", "zsh");
    stores = await freshStores();
    installed = install();
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    await (await wired.get(tokens.schema)).migrate();
    terminal = await open(80, BASH);
  });
  after(async () => {
    await terminal.close();
    await wired.close();
    await stores.drop();
    installed.remove();
  });

  const open = (columns: number, shell: readonly string[]): Promise<Terminal> =>
    openTerminal({ columns, shell, variables: { ...stores.env, ...installed.env }, cwd: installed.folder });
  const product = async (name = "Console", totalQuantity = 10): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name, price: 49.99, totalQuantity, perUserLimit: 3 })).id;
  };
  const buy = async (productId: string, userId: string): Promise<string> => {
    const outcome = await (await wired.get(tokens.sale)).purchase({ productId, userId, quantity: 2 });
    if (outcome.kind !== "purchased") throw new Error(outcome.kind);
    return outcome.order.id;
  };
  const lineWith = (screen: string, part: string): string =>
    screen.split("\n").find((line) => line.includes(part)) ?? "";

  it("fits tables into 80 and 120 columns: a long name is cut, numbers and ids are not", async () => {
    const id = await product(LONG_NAME, 12_345_678);
    for (const columns of [80, 120]) {
      await terminal.resize(columns);
      const { screen, code } = await terminal.run("flash-sale products list");
      expect(code, screen).to.equal(0);
      const line = lineWith(screen, "12,345,678");
      expect(line).to.match(/^A console whose name is .+…  active  +12,345,678  +0  +0$/);
      expect(line).to.have.lengthOf(columns);
      expect(screen).to.contain(`\n${id}\n`);
    }
    await terminal.resize(80);
    const { screen } = await terminal.run("flash-sale products update --help");
    expect(screen).to.contain("flash-sale products update $product --ends-at 2040-01-31T18:00:00Z");
  });

  it("paints, but not with NO_COLOR; what is no terminal is painted with FORCE_COLOR alone", async () => {
    await terminal.run("flash-sale products list");
    const painted = await terminal.painted();
    expect(painted).to.contain("\x1b[1m").and.to.contain("\x1b[32m");
    await terminal.run("NO_COLOR=1 flash-sale products list");
    expect(await terminal.painted()).not.to.contain("\x1b[");
    // The colour says nothing that the words do not say.
    expect(await terminal.screen()).to.contain("active");
    const elsewhere = (variables: object) => cli(["products", "list"], { ...stores.env, ...variables });
    const [usual, forced, both] = await Promise.all(
      [{}, { FORCE_COLOR: "1" }, { FORCE_COLOR: "1", NO_COLOR: "1" }].map(elsewhere),
    );
    expect(usual?.stderr).not.to.contain("\x1b[");
    expect(forced?.stderr).to.contain("\x1b[32m");
    expect(both?.stderr).not.to.contain("\x1b[");
  });

  it("watches a sale in one place, with a sparkline, and gives the cursor back at Ctrl-C", async () => {
    const id = await product();
    await terminal.type(`flash-sale status ${id} --watch`);
    await terminal.until((text) => /last 60 s  ▁/.test(text));
    expect(await terminal.showsCursor()).to.be.false;
    await buy(id, "u1");
    const seen = await terminal.until((text) => /last 60 s  ▁+█/.test(text));
    expect(seen)
      .to.match(/sold +2 /)
      .and.to.match(/rate +\d.* units\/s, \d.* at most in the last minute/);
    // A terminal that is made narrower breaks lines: the picture stays one.
    await terminal.resize(50);
    await terminal.until((text) => /last 60 s  ▁*█▁▁/.test(text));
    expect((await terminal.screen()).match(/available/g)).to.have.lengthOf(1);
    await terminal.press("C-c");
    const { code, screen } = await terminal.ended();
    expect(code, screen).to.equal(0);
    expect(await terminal.showsCursor()).to.be.true;
    await terminal.resize(80);
  });

  it("asks before it loads an inventory anew, and only y means yes", async () => {
    const id = await product();
    const epoch = async () => (await (await wired.get(tokens.products)).find(id))?.epoch ?? 0;
    const before = await epoch();
    for (const [key, code, said] of [
      ["n", 0, "Nothing was rebuilt."],
      ["C-d", 0, "Nothing was rebuilt."],
      ["C-c", 130, "Interrupted. Nothing is left half done."],
    ] as const) {
      await terminal.type(`flash-sale rebuild ${id}`);
      await terminal.until((text) => text.includes("[y/N]"));
      await (key === "n" ? terminal.press(key, "Enter") : terminal.press(key));
      const ended = await terminal.ended();
      expect(ended, key).to.include({ code });
      expect(ended.screen.split("\n"), key).to.include(said);
      expect(await epoch(), key).to.equal(before);
    }
    await terminal.type(`flash-sale rebuild ${id}`);
    await terminal.until((text) => text.includes("[y/N]"));
    await terminal.press("y", "Enter");
    expect((await terminal.ended()).screen).to.contain("in service again");
    expect(await epoch()).to.be.greaterThan(before);
    const unasked = await terminal.run(`flash-sale rebuild ${id} --yes`);
    expect(unasked.screen).to.contain("in service again").and.not.to.contain("[y/N]");
  });

  it("asks before it lowers a total, and shows what differs before it asks to repair it", async () => {
    const id = await product();
    await terminal.type(`flash-sale products update ${id} --total 5`);
    await terminal.until((text) => text.includes("Console: this lowers the total from 10 to 5. Do it? [y/N]"));
    await terminal.press("n", "Enter");
    expect((await terminal.ended()).screen).to.contain("Nothing has changed.");
    const raised = await terminal.run(`flash-sale products update ${id} --total 20`);
    expect(raised.screen).to.contain("20: 20 available").and.not.to.contain("[y/N]");

    await stores.query("update ledger set committed = committed + 4 where product_id = $1", [id]);
    await (await wired.get(tokens.products)).projectSold();
    for (const [key, code, said] of [
      ["n", 1, "1 checked, 1 with drift, 0 repaired."],
      ["y", 0, "1 repaired."],
    ] as const) {
      await terminal.type(`flash-sale reconcile ${id} --fix`);
      const asked = await terminal.until((text) => text.includes("Repair 1 product? [y/N]"));
      expect(asked).to.match(/purchased +4 +0/);
      await terminal.press(key, "Enter");
      const ended = await terminal.ended();
      expect(ended, key).to.include({ code });
      expect(ended.screen, key).to.contain(said);
    }
  });

  it("asks before it cancels an order", async () => {
    const order = await buy(await product(), "u1");
    await terminal.type(`flash-sale orders cancel ${order}`);
    await terminal.until((text) => text.includes("Cancel this order for good? [y/N]"));
    await terminal.press("y", "Enter");
    expect((await terminal.ended()).screen).to.contain(`${order}  cancelled: 2 of u1 on sale again`);
  });

  it("shows how far an export is, how fast, and for how long, and leaves no half file at Ctrl-C", async () => {
    const id = await product("Large", 20_000);
    await stores.query(
      `insert into orders (product_id, id, user_id, status, number, quantity, price_minor, currency, fingerprint, admitted_at)
       select $1, gen_random_uuid(), 'buyer-' || n, 'confirmed', n, 1, 4999, 'USD', '1', now() from generate_series(1, 20000) n`,
      [id],
    );
    await stores.query("update ledger set committed = 20000 where product_id = $1", [id]);
    // A table that takes its time: 500 rows a second or so.
    await stores.query("alter table orders rename to quick_orders");
    await stores.query("create view orders as select * from quick_orders where pg_sleep(0.001) is not null");
    await terminal.type(`flash-sale orders export ${id} --out large.csv`);
    await terminal.until((text) => /^units  █+░+  [\d,]+\/20,000  [\d,.]+\/s  (\d+ min )?\d+ s left$/m.test(text));
    expect(await terminal.showsCursor()).to.be.false;
    await terminal.press("C-c");
    const { code, screen } = await terminal.ended();
    expect(code, screen).to.equal(130);
    expect(screen).to.contain("Interrupted. Nothing is left half done.").and.not.to.contain("█");
    expect(await terminal.showsCursor()).to.be.true;
    expect(readdirSync(installed.folder).filter((name) => name.startsWith("large.csv"))).to.be.empty;
    await stores.query("drop view orders");
    await stores.query("alter table quick_orders rename to orders");
  });

  it("guesses what a mistyped word was meant to be", async () => {
    for (const [line, sentence] of [
      ["flash-sale stauts", 'There is no command "stauts". Did you mean status?'],
      ["flash-sale seed --quantty 5", "flash-sale seed has no option --quantty. Did you mean --quantity?"],
    ] as const) {
      const { screen, code } = await terminal.run(line);
      expect(code, screen).to.equal(2);
      expect(screen).to.contain(sentence).and.to.contain("See flash-sale --help");
    }
  });

  for (const [name, shell, setUp] of [
    ["bash", BASH, "source <(flash-sale completion bash)"],
    ["zsh", ["zsh", "-f"], "autoload -Uz compinit; compinit -u; source <(flash-sale completion zsh)"],
  ] as const) {
    it(`completes commands, options, values and products in ${name}`, async () => {
      const id = await product("Handheld");
      const completing = await open(120, shell);
      try {
        expect((await completing.run(setUp)).code).to.equal(0);
        for (const [typed, whole] of [
          ["flash-sale prod", "flash-sale products"],
          ["flash-sale products up", "flash-sale products update"],
          ["flash-sale seed --per", "flash-sale seed --per-user-limit"],
          ["flash-sale orders export --format nd", "flash-sale orders export --format ndjson"],
          // All but its last letters are the moment's, which others made at the same moment share.
          [`flash-sale products show ${id.slice(0, -4)}`, `flash-sale products show ${id}`],
        ] as const) {
          await completing.press("-l", typed);
          await completing.press("Tab");
          await completing.until((text) => text.includes(whole));
          await completing.press("C-u");
        }
      } finally {
        await completing.close();
      }
    });
  }
});
