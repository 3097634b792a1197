import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli, startCli, type Document, type Ended } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

const NOBODY = "0190a5a0-0000-7000-8000-000000000000";

describe("flash-sale on products", function () {
  this.timeout(120_000);
  let stores: TestStores;
  let wired: Wired;

  before(async () => {
    stores = await freshStores();
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    await (await wired.get(tokens.schema)).migrate();
  });
  after(async () => {
    await wired.close();
    await stores.drop();
  });

  const run = (...words: string[]): Promise<Ended> => cli([...words, "--json"], stores.env);
  const product = async (name = "Console"): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name, price: 49.99, totalQuantity: 10, perUserLimit: 3 })).id;
  };
  const buy = async (productId: string, userId: string, quantity = 1): Promise<string> => {
    const outcome = await (await wired.get(tokens.sale)).purchase({ productId, userId, quantity });
    if (outcome.kind !== "purchased") throw new Error(outcome.kind);
    return outcome.order.id;
  };

  describe("products list and show", () => {
    it("says where there is none", async () => {
      const { code, document } = await run("products", "list");
      expect(code).to.equal(0);
      expect(document).to.deep.equal({ items: [], nextCursor: null });
      expect((await cli(["products", "list"], stores.env)).stderr).to.contain("flash-sale seed");
    });

    it("shows products as the admin API does, with live stock, in pages", async () => {
      const [first, second] = [await product("A"), await product("B")];
      await buy(first, "u1", 2);
      const all = await run("products", "list");
      expect(all.document.items.map(({ id }) => id)).to.deep.equal([first, second]);
      expect(all.document.items[0]).to.include({ name: "A", available: 8, held: 0, sold: 2, drift: 0, price: 49.99 });
      const page = await run("products", "list", "--limit", "1");
      expect(page.document.items.map(({ id }) => id)).to.deep.equal([first]);
      const next = await run("products", "list", "--cursor", page.document.nextCursor ?? "");
      expect(next.document.items.map(({ id }) => id)).to.deep.equal([second]);
      expect(next.document.nextCursor).to.be.null;
      expect((await run("products", "show", first)).document).to.deep.equal(all.document.items[0]);
    });

    it("fits 80 columns", async () => {
      await product("A product whose name is longer than any table of it could be made");
      const { stderr } = await cli(["products", "list"], stores.env);
      for (const line of stderr.split("\n")) expect(line.length).to.be.at.most(80);
    });

    it("exits 1 for an unknown id, 2 for what is none", async () => {
      const { code, document } = await run("products", "show", NOBODY);
      expect(code).to.equal(1);
      expect(document).to.include({ code: "PRODUCT_NOT_FOUND" });
      expect((await run("products", "show", "1")).code).to.equal(2);
      expect((await run("products", "list", "--cursor", "1")).code).to.equal(2);
    });
  });

  describe("products update", () => {
    it("changes what it is told, while the sale goes on, and the hot stock follows", async () => {
      const id = await product();
      await buy(id, "u1", 3);
      const words = [
        "--name",
        "New",
        "--description",
        "Better",
        "--price",
        "59.5",
        "--total",
        "20",
        "--per-user-limit",
        "5",
      ];
      const times = ["--starts-at", "2020-01-01T00:00:00+01:00", "--ends-at", "2040-01-01T00:00Z"];
      const { code, document, stderr } = await run("products", "update", id, ...words, ...times);
      expect(code, stderr).to.equal(0);
      const terms = { name: "New", description: "Better", price: 59.5, totalQuantity: 20, perUserLimit: 5 };
      expect(document).to.include({ ...terms, available: 17, sold: 3, drift: 0 });
      expect(document).to.include({ saleStartAt: "2019-12-31T23:00:00.000Z", saleEndAt: "2040-01-01T00:00:00.000Z" });
      const status = await (await wired.get(tokens.sale)).saleStatus(id);
      expect(status?.stock).to.include({ available: 17, totalQuantity: 20 });
      const without = await run("products", "update", id, "--no-description");
      expect(without.document).to.include({ description: null, name: "New" });
    });

    it("refuses a total below what is sold, and tells the smallest one", async () => {
      const id = await product();
      await buy(id, "u1", 3);
      const { code, document } = await run("products", "update", id, "--total", "2");
      expect(code).to.equal(1);
      expect(document).to.include({ code: "TOTAL_TOO_LOW", smallest: 3 });
      expect((await run("products", "update", id, "--total", "3")).document).to.include({ available: 0 });
    });

    it("is wrong usage with a value that is none, and nothing changes", async () => {
      const id = await product();
      for (const words of [
        [],
        ["--price", "1.999", "--name", "B"],
        ["--ends-at", "2040-01-01T00:00:00"],
        ["--ends-at", "2030-02-30T00:00:00Z"],
        ["--name", "A", "--name", "B"],
      ]) {
        const { code, document } = await run("products", "update", id, ...words);
        expect(code, words.join(" ")).to.equal(2);
        expect(document.error).to.be.a("string");
      }
      expect((await (await wired.get(tokens.sale)).saleStatus(id))?.product).to.include({
        name: "Console",
        revision: 0,
      });
    });

    it("exits 1 for an unknown product", async () => {
      expect((await run("products", "update", NOBODY, "--total", "5")).code).to.equal(1);
    });
  });

  describe("orders cancel", () => {
    it("puts the units back on sale, once, and names what it does not know", async () => {
      const id = await product();
      const order = await buy(id, "u1", 2);
      for (let time = 0; time < 2; time += 1) {
        const { code, document } = await run("orders", "cancel", order.toUpperCase(), NOBODY, "--yes");
        expect(code).to.equal(1);
        expect(document.cancelled).to.have.lengthOf(1);
        expect(document.cancelled[0]).to.include({ orderId: order, status: "cancelled", quantity: 2 });
        expect(document.unknown).to.deep.equal([NOBODY]);
        expect((await (await wired.get(tokens.sale)).saleStatus(id))?.stock).to.include({
          available: 10,
          purchased: 0,
        });
      }
      expect((await run("orders", "cancel", order, "--yes")).code).to.equal(0);
      expect((await cli(["orders", "export", id], stores.env)).stdout).to.contain(",cancelled,");
    });

    it("does nothing without --yes where nobody can be asked", async () => {
      const id = await product();
      const order = await buy(id, "u1");
      const { code, stderr } = await run("orders", "cancel", order);
      expect(code).to.equal(2);
      expect(stderr).to.contain("--yes");
      expect((await (await wired.get(tokens.orders)).find(order))?.status).to.equal("confirmed");
    });
  });

  describe("status", () => {
    it("looks at the newest sale, or at the one it is told", async () => {
      const [older, newest] = [await product(), await product()];
      await buy(older, "u1", 2);
      const { code, document } = await run("status");
      expect(code).to.equal(0);
      expect(document).to.include({ id: newest, available: 10, held: 0, sold: 0, unitsPerSecond: 0, status: "active" });
      expect((await run("status", older)).document).to.include({ id: older, available: 8, sold: 2 });
      expect((await run("status", NOBODY)).code).to.equal(1);
    });

    it("writes with --watch a document a second and a line a change, and ends with 0 at Ctrl-C", async () => {
      const id = await product();
      const watch = startCli(["status", id, "--watch", "--json"], stores.env);
      await watch.until((stdout) => stdout.includes("\n"));
      await buy(id, "u1", 3);
      await watch.until((stdout) => stdout.includes('"sold":3'));
      const seen = watch.stdout().split("\n").length;
      await watch.until((stdout) => stdout.split("\n").length > seen);
      watch.child.kill("SIGINT");
      const { code, stdout, stderr } = await watch.ended;
      expect(code, stderr).to.equal(0);
      const documents = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Document & { unitsPerSecond: number });
      expect(documents.some(({ unitsPerSecond }) => unitsPerSecond > 0)).to.be.true;
      expect(documents.at(-1)?.sold).to.equal(3);
      // Fewer lines than looks: only what changed, its rate included.
      expect(stderr.trimEnd().split("\n").length).to.be.within(2, 3);
    });
  });
});
