import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import { createCli } from "#src/cli.js";
import { csv } from "#src/order-formats.js";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli, MAIN, startCli, type Document, type Ended } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

const NOBODY = "0190a5a0-0000-7000-8000-000000000000";
const DEAD = { DATABASE_URL: "postgres://127.0.0.1:1/x", REDIS_URL: "redis://127.0.0.1:1" };

describe("flash-sale", function () {
  this.timeout(120_000);
  let stores: TestStores;
  let wired: Wired;
  let folder: string;

  before(async () => {
    stores = await freshStores();
    folder = mkdtempSync(join(tmpdir(), "flash-sale-"));
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
  });
  after(async () => {
    await wired.close();
    await stores.drop();
    rmSync(folder, { recursive: true });
  });

  const run = (...words: string[]): Promise<Ended> => cli(words, stores.env, folder);
  const product = async (totalQuantity = 10): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name: "Console", price: 49.99, totalQuantity, perUserLimit: 3 })).id;
  };
  const buy = async (productId: string, userId: string, quantity = 1): Promise<void> => {
    const outcome = await (await wired.get(tokens.sale)).purchase({ productId, userId, quantity });
    expect(outcome).to.include({ kind: "purchased" });
  };

  describe("migrate", () => {
    it("is what other commands ask for on an empty database", async () => {
      const { code, stderr } = await run("seed");
      expect({ code, stderr }).to.deep.include({ code: 1 });
      expect(stderr).to.contain('Run "flash-sale migrate" first.');
    });

    it("lists with --status what is missing, and changes nothing", async () => {
      const first = await run("migrate", "--status", "--json");
      expect(first.code).to.equal(0);
      expect(first.document.applied).to.deep.equal([]);
      expect(first.document.pending).to.include("0001_tables");
      expect((await run("migrate", "--status", "--json")).document).to.deep.equal(first.document);
    });

    it("applies it once, also when two start at once", async () => {
      const both = await Promise.all([run("migrate", "--json"), run("migrate", "--json")]);
      expect(both.map(({ code }) => code)).to.deep.equal([0, 0]);
      const applied = both.flatMap(({ document }) => document.applied);
      expect(new Set(applied).size).to.equal(applied.length).and.to.be.greaterThan(0);
      expect((await run("migrate", "--json")).document).to.deep.equal({ applied: [], pending: [] });
    });
  });

  describe("seed", () => {
    it("creates products as it is told, with their stock live", async () => {
      const words = [
        "--products",
        "2",
        "--quantity",
        "7",
        "--price",
        "0.5",
        "--starts-in",
        "10m",
        "--duration",
        "90s",
        "--per-user-limit",
        "2",
      ];
      const { code, document } = await run("seed", "--json", ...words);
      expect(code).to.equal(0);
      expect(document.products).to.have.lengthOf(2);
      for (const { id, saleStartAt, saleEndAt, ...terms } of document.products) {
        expect(terms).to.include({
          totalQuantity: 7,
          available: 7,
          price: 0.5,
          perUserLimit: 2,
          status: "upcoming",
          drift: 0,
        });
        expect(Date.parse(saleEndAt) - Date.parse(saleStartAt)).to.equal(90_000);
        expect((await (await wired.get(tokens.sale)).saleStatus(id))?.stock.available).to.equal(7);
      }
    });

    for (const words of [
      ["--price", "1.999"],
      ["--price", "-1"],
      ["--quantity", "0"],
      ["--quantity", "x"],
      ["--starts-in", "10"],
      ["--duration", "0s"],
      ["--colour", "red"],
      ["--products"],
    ]) {
      it(`is wrong usage with ${words.join(" ")}`, async () => {
        const { code, stderr, document } = await run("seed", "--json", ...words);
        expect(code, stderr).to.equal(2);
        expect(stderr.length).to.be.greaterThan(0);
        expect(document.error).to.be.a("string");
      });
    }
  });

  describe("rebuild", () => {
    it("puts a new inventory in service, and names what it does not know", async () => {
      const productId = await product();
      await buy(productId, "u1", 2);
      const stock = async () => (await (await wired.get(tokens.sale)).saleStatus(productId))?.stock;
      const before = await stock();
      const { code, document, stderr } = await run("rebuild", productId.toUpperCase(), NOBODY, "--json");
      expect(code).to.equal(1);
      const after = await stock();
      expect(after?.epoch).to.be.greaterThan(before?.epoch ?? Infinity);
      expect(document).to.deep.equal({ rebuilt: [{ productId, epoch: after?.epoch }], unknown: [NOBODY] });
      expect(stderr).to.contain(`${NOBODY}  there is no such product`);
      expect((await run("rebuild", productId)).code).to.equal(0);
      const again = await stock();
      expect(again).to.include({ available: 8, purchased: 2 });
      expect(again?.epoch).to.be.greaterThan(after?.epoch ?? Infinity);
    });

    it("is wrong usage without ids, and with what is none", async () => {
      expect((await run("rebuild")).code).to.equal(2);
      expect((await run("rebuild", "1")).code).to.equal(2);
    });
  });

  describe("reconcile", () => {
    /** As housekeeping does, which no process here does. */
    const project = async (): Promise<unknown> => (await wired.get(tokens.products)).projectSold();

    it("finds nothing on sound products, with --all and without", async () => {
      await project();
      for (const words of [
        ["reconcile", "--json"],
        ["reconcile", "--all", "--json"],
      ]) {
        const { code, document } = await run(...words);
        expect(code).to.equal(0);
        expect(document.checked).to.be.greaterThan(1);
        expect(document.products.every(({ drift }) => drift.length === 0)).to.be.true;
      }
    });

    it("exits 1 for drift and leaves it, 0 when --fix has mended it", async () => {
      const productId = await product();
      await stores.query("update ledger set committed = committed + 4 where product_id = $1", [productId]);
      await project();
      for (const words of [[productId], [], [productId]]) {
        const { code, document, stderr } = await run("reconcile", "--json", ...words);
        expect(code).to.equal(1);
        const [found] = document.products.filter((report) => report.productId === productId);
        expect(found?.drift).to.deep.equal([{ kind: "purchased", expected: 4, found: 0 }]);
        expect(stderr).to.contain(productId).and.to.contain("purchased").and.to.contain("Repair with --fix.");
      }
      const mended = await run("reconcile", productId, "--fix", "--json");
      expect(mended.code).to.equal(0);
      expect(mended.document.products[0]).to.include({ productId, fixed: true });
      const after = await run("reconcile", productId, "--json");
      expect(after.code).to.equal(0);
      expect(after.document.products[0]).to.include({ available: 6, purchased: 4 });
    });

    it("calls an open sale's missing inventory drift, and does not mend it unasked", async () => {
      const productId = await product();
      const terms = {
        totalQuantity: 10,
        priceMinor: 1,
        perUserLimit: 1,
        saleStartAtMs: 0,
        saleEndAtMs: Date.now() + 60_000,
        revision: 0,
      };
      await (await wired.get(tokens.loading)).load(productId, 9, terms, 0);
      for (let time = 0; time < 2; time += 1) {
        const { code, document } = await run("reconcile", productId, "--json");
        expect(code).to.equal(1);
        expect(document.products[0]?.drift).to.deep.equal([{ kind: "missing-inventory" }]);
      }
      expect((await run("reconcile", "--fix")).code).to.equal(0);
      expect((await run("reconcile", productId, "--json")).document.products[0]).to.deep.include({
        epoch: 10,
        drift: [],
      });
    });

    it("tells of the products in the order in which they were given", async () => {
      const ids: string[] = [];
      while (ids.length < 9) ids.push(await product());
      await project();
      ids.reverse();
      const { document } = await run("reconcile", ...ids.slice(0, 5), NOBODY, ...ids.slice(5), "--json");
      expect(document.products.map((report) => report.productId)).to.deep.equal(ids);
      expect(document.unknown).to.deep.equal([NOBODY]);
    });

    it("exits 1 for an unknown id, 2 for ids beside --all", async () => {
      const { code, document } = await run("reconcile", NOBODY, "--json");
      expect(code).to.equal(1);
      expect(document).to.deep.equal({ checked: 0, products: [], unknown: [NOBODY] });
      expect((await run("reconcile", NOBODY, "--all")).code).to.equal(2);
    });
  });

  describe("orders export", () => {
    let productId: string;
    before(async () => {
      productId = await product();
      for (const [userId, quantity] of [
        ["u1", 1],
        ["@SUM", 2],
        ["-1", 1],
      ] as const)
        await buy(productId, userId, quantity);
    });

    it("streams CSV whose cells no spreadsheet takes for a formula", async () => {
      const { code, stdout } = await run("orders", "export", productId);
      expect(code).to.equal(0);
      const [head, ...lines] = stdout.trimEnd().split("\n");
      expect(head).to.equal("orderId,number,productId,userId,quantity,price,total,currency,status,purchasedAt");
      expect(lines.map((line) => line.split(",").slice(1, 9).join())).to.deep.equal([
        `1,${productId},u1,1,49.99,49.99,USD,completed`,
        `2,${productId},'@SUM,2,49.99,99.98,USD,completed`,
        `3,${productId},'-1,1,49.99,49.99,USD,completed`,
      ]);
    });

    it("takes every beginning of a formula for one", () => {
      const order = {
        ...{ id: NOBODY, number: 1, productId: NOBODY, quantity: 1, priceMinor: 1, currency: "USD", metadata: null },
        ...{ status: "confirmed" as const, fingerprint: "", admittedAtMs: 0 },
      };
      for (const sign of ["=", "+", "-", "@", "\t", "\r", "\n"]) {
        expect(csv.line({ ...order, userId: `${sign}1` }, 0)).to.contain(`'${sign}1`);
      }
      expect(csv.line({ ...order, userId: "a=1" }, 0)).to.contain(",a=1,");
    });

    it("streams one JSON object a line, or one array with --json", async () => {
      const lines = (await run("orders", "export", productId, "--format", "ndjson")).stdout.trimEnd().split("\n");
      const objects: unknown[] = lines.map((line): unknown => JSON.parse(line));
      expect(objects).to.have.lengthOf(3);
      expect((await run("orders", "export", productId, "--json")).document).to.deep.equal(objects);
      expect((await run("orders", "export", "--json")).document).to.have.length.greaterThan(3);
    });

    it("writes a file, whole, and says so", async () => {
      const { code, document, stdout } = await run("orders", "export", productId, "--out", "three.csv", "--json");
      expect(code).to.equal(0);
      expect(document).to.deep.equal({ orders: 3, format: "csv", out: "three.csv" });
      expect(stdout.trimEnd()).not.to.contain("\n");
      expect(readFileSync(join(folder, "three.csv"), "utf8").split("\n")).to.have.lengthOf(5);
    });

    it("exits 1 for an unknown product and writes nothing, 2 for what is no id", async () => {
      expect((await run("orders", "export", NOBODY, "--out", "none.csv")).code).to.equal(1);
      expect((await run("orders", "export", "1")).code).to.equal(2);
      expect((await run("orders", "export", "--format", "xml")).code).to.equal(2);
      expect(readdirSync(folder)).not.to.include("none.csv");
    });

    it("exports 100,000 orders in little memory, and leaves no half file at Ctrl-C", async () => {
      const large = await product(100_000);
      await stores.query("set statement_timeout = 0");
      await stores.query(
        `insert into orders (product_id, id, user_id, status, number, quantity, price_minor, currency, fingerprint, admitted_at)
         select $1, gen_random_uuid(), 'buyer-' || n, 'confirmed', n, 1, 4999, 'USD', '1', now() from generate_series(1, 100000) n`,
        [large],
      );
      await stores.query("analyze orders");
      const env = { ...stores.env, NODE_OPTIONS: "--max-old-space-size=48" };
      const whole = await cli(["orders", "export", large, "--out", "large.csv", "--json"], env, folder);
      expect(whole.document, whole.stderr).to.include({ orders: 100_000 });
      expect(readFileSync(join(folder, "large.csv"), "utf8").split("\n")).to.have.lengthOf(100_002);

      const cut = startCli(["orders", "export", large, "--out", "cut.csv"], stores.env, folder);
      while (!readdirSync(folder).some((name) => name.startsWith("cut.csv.")))
        await new Promise((resolve) => setTimeout(resolve, 5));
      cut.child.kill("SIGINT");
      expect((await cut.ended).code).to.equal(130);
      expect(readdirSync(folder).filter((name) => name.startsWith("cut.csv"))).to.be.empty;
    });
  });

  describe("without its stores", () => {
    it("exits 3, and says which one and the way out", async () => {
      const database = await cli(["migrate", "--json"], { ...stores.env, DATABASE_URL: DEAD.DATABASE_URL }, folder);
      expect(database.code).to.equal(3);
      expect(database.document.error).to.contain("PostgreSQL").and.to.contain("set DATABASE_URL");
      const redis = await cli(["seed", "--json"], { ...stores.env, REDIS_URL: DEAD.REDIS_URL }, folder);
      expect(redis.code).to.equal(3);
      expect(redis.document.error).to.contain("Redis").and.to.contain("set REDIS_URL");
      expect((await cli(["serve"], DEAD, folder)).code).to.equal(3);
    });

    it("exits 3 for an inventory that is inside another process", async () => {
      const { code, stderr } = await cli(["reconcile"], { DATABASE_URL: stores.env.DATABASE_URL }, folder);
      expect(code).to.equal(3);
      expect(stderr).to.contain("REDIS_URL");
    });

    it("exits 2 for a bad setting, and names it", async () => {
      const { code, stderr } = await cli(["serve"], { ...stores.env, PORT: "x" }, folder);
      expect(code).to.equal(2);
      expect(stderr).to.contain("PORT must be a whole number");
    });
  });

  describe("the command line", () => {
    it("teaches with examples", async () => {
      const commands = ["migrate", "seed", "products list", "products show", "products update", "status", "reconcile"];
      const others = [
        "rebuild",
        "orders export",
        "orders cancel",
        "doctor",
        "serve",
        "completion",
        "products",
        "orders",
        "",
      ];
      for (const words of [...commands, ...others].map((command) => command.split(" ").filter((word) => word !== ""))) {
        const help = await createCli(words).getHelp();
        expect(help, words.join(" ")).to.contain("Examples:").and.to.contain("--json");
        for (const line of help.split("\n")) expect(line.length).to.be.at.most(80);
      }
      const { code, stdout } = await run("seed", "--help");
      expect(code).to.equal(0);
      expect(stdout.trim()).to.equal((await createCli(["seed"]).getHelp()).trim());
      expect((await run("seed", "-h")).stdout).to.equal(stdout);
    });

    it("loads neither the HTTP app nor the stores' clients to help or to complete", () => {
      const imported = (file: URL, met = new Set<string>()): Set<string> => {
        for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export) [^;]*?"([^"]+)";$/gm)) {
          const name = from.startsWith(".") ? new URL(from, file).href : from;
          if (met.has(name)) continue;
          met.add(name);
          if (from.startsWith(".")) imported(new URL(name), met);
        }
        return met;
      };
      const main = pathToFileURL(MAIN);
      for (const file of ["main.js", "cli.js", "propose.js"]) {
        const names = [...imported(new URL(file, main))];
        expect(names.join(" "), file).to.contain("/commands/");
        expect(names, file).not.to.include("@flash-sale/http-koa");
      }
    });

    it("exits 2 without a command, and for one it does not know, with a guess", async () => {
      expect((await run()).code).to.equal(2);
      const { code, stderr } = await run("sed");
      expect(code).to.equal(2);
      expect(stderr).to.contain("Did you mean seed?");
      expect((await run("products", "lst")).stderr).to.contain("Did you mean list?");
    });

    it("completes commands, of the installed name, in bash and zsh", async () => {
      const script = (await run("completion", "bash")).stdout;
      expect(script).to.contain("complete -o default -F _flash_sale_completions flash-sale");
      expect((await run("completion", "zsh", "--json")).document.script).to.contain("#compdef flash-sale");
      // The script's own work, with the command of this checkout under the installed name.
      const command = `flash-sale() { "${process.execPath}" "${MAIN}" "$@"; }`;
      const words = "COMP_WORDS=(flash-sale products up); COMP_CWORD=2; _flash_sale_completions; echo ${COMPREPLY[@]}";
      const bash = spawnSync("bash", ["-c", `${command}\n${script}\n${words}`], { encoding: "utf8" });
      expect(bash.stdout.trim(), bash.stderr).to.equal("update");
    });
  });

  describe("serve", () => {
    it("says what runs where and how to buy, sells, and ends on SIGTERM", async () => {
      const productId = await product();
      const server = startCli(["serve", "--json"], { ...stores.env, HOST: "127.0.0.1", PORT: "0" }, folder);
      while (!server.stdout().includes("\n"))
        await Promise.race([
          new Promise((resolve) => setTimeout(resolve, 10)),
          server.ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
        ]);
      const { url, inventory } = JSON.parse(server.stdout()) as Document;
      expect(inventory).to.equal(stores.env.REDIS_URL);
      const headers = { "content-type": "application/json", "x-user-id": "me" };
      const answer = await fetch(`${url}/api/v1/sale/purchase`, {
        method: "POST",
        headers,
        body: JSON.stringify({ productId }),
      });
      expect(answer.status).to.equal(201);
      server.child.kill("SIGTERM");
      const { code, stderr } = await server.ended;
      expect(code, stderr).to.equal(0);
      expect(stderr).to.contain(`curl -X POST ${url}/api/v1/sale/purchase`);
    });
  });
});
