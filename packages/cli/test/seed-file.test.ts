import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CommandFailed } from "#src/exit-code.js";
import { readProductFile } from "#src/product-file/read.js";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli, startCli, type Ended } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

const HEADER = "name,price,totalQuantity,description,currency,perUserLimit,saleStartAt,saleEndAt";

const DEAD = { DATABASE_URL: "postgres://127.0.0.1:1/x", REDIS_URL: "redis://127.0.0.1:1" };

describe("flash-sale seed --file", function () {
  this.timeout(120_000);
  let stores: TestStores;
  let wired: Wired;
  let folder: string;

  before(async () => {
    stores = await freshStores();
    folder = mkdtempSync(join(tmpdir(), "flash-sale-"));
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    await (await wired.get(tokens.schema)).migrate();
  });
  after(async () => {
    await wired.close();
    await stores.drop();
    rmSync(folder, { recursive: true });
  });

  const seed = (name: string, content: string, ...words: string[]): Promise<Ended> => {
    writeFileSync(join(folder, name), content);
    return cli(["seed", "--file", name, "--json", ...words], stores.env, folder);
  };
  const created = async (): Promise<number> => {
    const { rows } = (await stores.query("select count(*)::int as count from products")) as {
      rows: { count: number }[];
    };
    return rows[0]?.count ?? 0;
  };
  const thousand = (line: (index: number) => string): string =>
    [HEADER, ...Array.from({ length: 1_000 }, (_, index) => line(index))].join("\r\n");

  it("creates nothing of 1,000 products where one line is bad, and names the line and the field", async () => {
    const before = await created();
    const csv = thousand((index) => `Console ${index},49.99,${index === 699 ? "many" : 10},,,,,`);
    const { code, document, stderr } = await seed("bad.csv", csv);
    expect(code, stderr).to.equal(2);
    expect(document.bad).to.equal(1);
    const error = "totalQuantity must be a whole number from 1 to 100000000";
    expect(document.lines).to.deep.equal([{ line: 701, field: "totalQuantity", error }]);
    expect(stderr).to.contain("line 701").and.to.contain("totalQuantity").and.to.contain("Nothing was created.");
    expect(await created()).to.equal(before);
  });

  it("creates all 1,000 of a sound file, each with its stock live", async () => {
    const before = await created();
    const csv = thousand(
      (index) => `"Console, ${index}",49.99,${index + 1},"two\r\nlines",EUR,3,2030-01-31T18:00:00+01:00,`,
    );
    const { code, document, stderr } = await seed("sound.csv", `\ufeff${csv}`);
    expect(code, stderr).to.equal(0);
    expect(document.products).to.have.lengthOf(1_000);
    expect(document.products[999]).to.deep.include({
      name: "Console, 999",
      description: "two\r\nlines",
      available: 1_000,
      price: 49.99,
      currency: "EUR",
      perUserLimit: 3,
      status: "upcoming",
      saleStartAt: "2030-01-31T17:00:00.000Z",
      saleEndAt: "2030-01-31T19:00:00.000Z",
    });
    expect(await created()).to.equal(before + 1_000);
  });

  it("is not cut in two by Ctrl-C: all are there, live and told, and the exit code is 130", async () => {
    const before = await created();
    writeFileSync(
      join(folder, "cut.csv"),
      thousand((index) => `Cut ${index},1,10,,,,,`),
    );
    const { child, ended } = startCli(["seed", "--file", "cut.csv", "--json"], stores.env, folder);
    while ((await created()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGINT");
    const { code, document, stderr } = await ended;
    expect(code, stderr).to.equal(130);
    expect(document.products).to.have.lengthOf(1_000);
    expect(await created()).to.equal(before + 1_000);
  });

  /** What is said of a bad file, and the lines it names. */
  const saidOf = async (name: string, content: string): Promise<Pick<CommandFailed, "message" | "details">> => {
    writeFileSync(join(folder, name), content);
    const said = await readProductFile(join(folder, name)).catch((fault: unknown) => fault);
    if (!(said instanceof CommandFailed)) throw new Error(`it is taken: ${String(said)}`);
    expect(said.exitCode).to.equal(2);
    return said;
  };

  it("takes a JSON array, and names elements and their lines", async () => {
    const good = {
      name: 'a "[,',
      price: 49.99,
      totalQuantity: 10,
      description: null,
      saleEndAt: "2100-01-01T00:00:00Z",
    };
    writeFileSync(join(folder, "sound.json"), JSON.stringify([good, good], null, 2));
    const { products } = await readProductFile(join(folder, "sound.json"));
    expect(products.map(({ name, saleEndAtMs }) => [name, saleEndAtMs])).to.deep.equal(
      Array.from({ length: 2 }, () => [good.name, Date.parse(good.saleEndAt)]),
    );

    const wrong = JSON.stringify({ ...good, price: 1.999, totalQuantity: 0, colour: "red" });
    const { message, details } = await saidOf(
      "bad.json",
      `[\n${JSON.stringify(good)},\n{"name":"a","name":"b"},\n5,\n${wrong}\n]`,
    );
    expect(message).to.contain("element 4 (line 5)");
    const sentence = 'totalQuantity must be a whole number from 1 to 100000000; Unknown field "colour"';
    expect(details.lines).to.deep.equal([
      { line: 3, field: null, error: 'has the field "name" twice' },
      { line: 4, field: null, error: "must be an object" },
      { line: 5, field: "totalQuantity", error: sentence },
    ]);
  });

  it("names ten bad lines, and says how many more there are", async () => {
    const lines = Array.from({ length: 12 }, () => "Console,1,1,,,,,2020-01-01T00:00:00");
    const { message, details } = await saidOf("many.csv", [HEADER, ...lines].join("\n"));
    expect(details.bad).to.equal(12);
    expect(details.lines).to.have.lengthOf(10);
    expect(message)
      .to.contain("line 11: saleEndAt must be an ISO 8601 time with its offset")
      .and.contain("… and 2 more");
  });

  it("checks by the rules that create: what no schema sees is found on its line as well", async () => {
    const rows = ["A,1.234,1,,KWD,,,", "B,1.5,1,,JPY,,,", "C,1,1,,,,,2020-01-01T00:00:00Z", "D,1,1"];
    const { details } = await saidOf("rules.csv", [HEADER, ...rows].join("\n"));
    expect(details.lines).to.deep.equal([
      { line: 3, field: "price", error: "price has more decimals than JPY has (0)" },
      { line: 4, field: "saleEndAt", error: "saleEndAt must be after saleStartAt" },
      { line: 5, field: null, error: "has 3 cells, the header has 8" },
    ]);
  });

  it("names the line on which a record begins, whatever its cells hold", async () => {
    const { details } = await saidOf(
      "lines.csv",
      `${HEADER}\r\n\r\n"a\r\nb\nc",1,1,"""",,,,\r\nA,x,1,,,,,\r\n"d\r\n\r\n",x,1,,,,,`,
    );
    const error = "price must be a decimal number of 0 or more";
    expect(details.lines).to.deep.equal([
      { line: 6, field: "price", error },
      { line: 7, field: "price", error },
    ]);
  });

  for (const [what, name, content, sentence] of [
    ["an unknown column", "a.csv", "name,price,totalQuantity,colour\nA,1,1,red\n", 'unknown column "colour"'],
    ["a missing column", "b.csv", "name,price\nA,1\n", 'no column "totalQuantity"'],
    ["a column given twice", "c.csv", "name,name,price,totalQuantity\n", 'column "name" twice'],
    ["a quote that is not closed", "d.csv", `${HEADER}\n"A,1,1,,,,,\n`, "line 2"],
    ["nothing", "i.csv", "", "is empty"],
    ["JSON that is none", "e.json", '[{"name":\n1,,}]', "is no JSON: line 2"],
    ["an object", "f.json", "{}", "must hold an array"],
    ["no product", "g.json", "[]", "holds no product"],
    ["another ending", "h.txt", "", "must end in .json or .csv"],
  ] as const) {
    it(`refuses a file with ${what}`, async () => {
      expect((await saidOf(name, content)).message).to.contain(sentence);
    });
  }

  it("is wrong usage with a file that is not there, and with options that say what the file says", async () => {
    const missing = await cli(["seed", "--file", "none.csv", "--json"], stores.env, folder);
    expect(missing.code).to.equal(2);
    expect(missing.document.error).to.contain("none.csv cannot be read");
    const { code, stderr } = await seed("sound.csv", `${HEADER}\nA,1,1,,,,,\n`, "--starts-in", "1s");
    expect(code).to.equal(2);
    expect(stderr).to.contain("--starts-in says what --file says");
  });

  it("only checks with --dry-run, without a store", async () => {
    const before = await created();
    writeFileSync(join(folder, "dry.csv"), `${HEADER}\nA,1,1,,,,,\n`);
    const { code, document } = await cli(["seed", "--file", "dry.csv", "--json", "--dry-run"], DEAD, folder);
    expect(code).to.equal(0);
    expect(document).to.deep.equal({ checked: 1, products: [] });
    expect((await seed("dry.csv", `${HEADER}\nA,1,0,,,,,\n`, "--dry-run")).code).to.equal(2);
    expect(await created()).to.equal(before);
  });
});
