import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli, type Ended } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

const NOBODY = "0190a5a0-0000-7000-8000-000000000000";
const DEAD = { DATABASE_URL: "postgres://127.0.0.1:1/x", REDIS_URL: "redis://127.0.0.1:1" };

describe("--dry-run", function () {
  this.timeout(120_000);
  let stores: TestStores;
  let wired: Wired;
  let id: string;

  before(async () => {
    stores = await freshStores();
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
  });
  after(async () => {
    await wired.close();
    await stores.drop();
  });

  const run = (...words: string[]): Promise<Ended> => cli([...words, "--dry-run", "--json"], stores.env);
  /** All that a command could change of the product. */
  const stands = async () => {
    const product = await (await wired.get(tokens.products)).find(id);
    const inventory = await (await wired.get(tokens.inventory)).status(id, product?.epoch ?? 0);
    return { product, inventory: inventory && { ...inventory, nowMs: 0 } };
  };

  it("of migrate lists what is missing", async () => {
    const { code, document } = await run("migrate");
    expect(code).to.equal(0);
    expect(document.applied).to.deep.equal([]);
    expect(document.pending).to.include("0001_tables");
    await (await wired.get(tokens.schema)).migrate();
    const sale = await wired.get(tokens.sale);
    ({ id } = await sale.createProduct({ name: "Console", price: 49.99, totalQuantity: 10, perUserLimit: 3 }));
    await sale.purchase({ productId: id, userId: "u1", quantity: 3 });
    await (await wired.get(tokens.products)).projectSold();
  });

  it("of seed checks what would be created, without a store", async () => {
    const sound = await cli(["seed", "--products", "3", "--dry-run", "--json"], DEAD);
    expect(sound.code, sound.stderr).to.equal(0);
    expect(sound.document).to.deep.equal({ checked: 3, products: [] });
    expect(sound.stderr).to.contain("3 products: 200 units each at 49.99 USD").and.to.contain("Nothing was created.");
    const wrong = await cli(["seed", "--price", "1.999", "--dry-run", "--json"], DEAD);
    expect(wrong.code, wrong.stderr).to.equal(2);
  });

  it("of products update tells what would change, by the rules that would change it", async () => {
    const before = await stands();
    const words = ["--total", "20", "--price", "59.5", "--no-description", "--name", "Console"];
    const { code, stderr, document } = await run("products", "update", id, ...words);
    expect(code, stderr).to.equal(0);
    expect(document).to.deep.equal({
      id,
      changes: [
        { field: "price", from: 49.99, to: 59.5 },
        { field: "totalQuantity", from: 10, to: 20 },
      ],
    });
    expect(stderr)
      .to.match(/totalQuantity +10 +20/)
      .and.to.contain("Nothing has changed.");
    for (const [wrong, exitCode] of [
      [["--total", "2"], 1],
      [["--price", "1.999"], 2],
      [["--starts-at", "2040-01-01T00:00Z", "--ends-at", "2030-01-01T00:00Z"], 2],
    ] as const)
      expect((await run("products", "update", id, ...wrong)).code, wrong.join(" ")).to.equal(exitCode);
    expect((await run("products", "update", NOBODY, "--total", "20")).code).to.equal(1);
    expect(await stands()).to.deep.equal(before);
  });

  it("of rebuild tells what is in service and what would be loaded, and loads nothing", async () => {
    const before = await stands();
    const { code, stderr, document } = await run("rebuild", id, NOBODY);
    expect(code).to.equal(1);
    const stock = { available: 7, held: 0, sold: 3 };
    expect(document).to.deep.equal({ would: [{ productId: id, from: stock, to: stock }], unknown: [NOBODY] });
    expect(stderr)
      .to.match(/would be loaded +7 +0 +3/)
      .and.to.contain("Nothing was rebuilt.");
    expect(await stands()).to.deep.equal(before);
  });

  it("of reconcile --fix leaves the drift it finds", async () => {
    await stores.query("update ledger set committed = committed + 2 where product_id = $1", [id]);
    await (await wired.get(tokens.products)).projectSold();
    const before = await stands();
    const { code, document } = await run("reconcile", id, "--fix");
    expect(code).to.equal(1);
    expect(document.products[0]).to.deep.include({
      fixed: false,
      drift: [{ kind: "purchased", expected: 5, found: 3 }],
    });
    expect(await stands()).to.deep.equal(before);
  });
});
