import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { cli, startCli, type Ended } from "./cli.js";
import { freshStores, type TestStores } from "./stores.js";

/** Buyers who come one after the other, until `stop`. */
interface Crowd {
  readonly bought: () => number;
  stop(): Promise<void>;
}

describe("flash-sale reconcile during live traffic", function () {
  this.timeout(120_000);
  let stores: TestStores;
  /** A process that sells, and looks after nothing: what is broken stays so until reconcile mends it. */
  let selling: Wired;
  const crowds: Crowd[] = [];

  beforeEach(async () => {
    stores = await freshStores();
    selling = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    await (await selling.get(tokens.schema)).migrate();
  });
  afterEach(async () => {
    await Promise.all(crowds.splice(0).map((crowd) => crowd.stop()));
    await selling.close();
    await stores.drop();
  });

  const run = (...words: string[]): Promise<Ended> => cli(["reconcile", ...words, "--json"], stores.env);
  const product = async (wired: Wired, totalQuantity = 1_000_000): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name: "Console", price: 49.99, totalQuantity, perUserLimit: 2 })).id;
  };
  /** `projects`: as housekeeping would, where nobody keeps the house. */
  const crowd = async (wired: Wired, productId: string, { atOnce = 4, projects = true } = {}): Promise<Crowd> => {
    const sale = await wired.get(tokens.sale);
    const products = await wired.get(tokens.products);
    let [stopped, bought, next] = [false, 0, 0];
    const buyer = async (): Promise<void> => {
      while (!stopped) {
        const outcome = await sale.purchase({ productId, userId: `buyer-${(next += 1)}` });
        if (outcome.kind === "purchased") bought += 1;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const project = async (): Promise<void> => {
      while (projects && !stopped) {
        await products.projectSold();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const running = Promise.all([...Array.from({ length: atOnce }, buyer), project()]);
    const started = {
      bought: () => bought,
      stop: async () => {
        stopped = true;
        await running;
      },
    };
    crowds.push(started);
    return started;
  };
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const redis = async () => {
    const client = await selling.get(tokens.rateLimitRedis);
    if (!client) throw new Error("the tests run on Redis");
    return client;
  };
  /** The key of the inventory in service now. */
  const key = async (productId: string, part: "stock" | "buyers"): Promise<string> => {
    const [, keys] = await (await redis()).scan(0, "MATCH", `*{${productId}}:*:${part}`, "COUNT", 100_000);
    const epoch = (name: string) => Number(name.split(":").at(-2));
    return keys.sort((one, other) => epoch(other) - epoch(one))[0] ?? "";
  };
  /** Found with exit code 1, mended with 0, gone. */
  const expectMended = async (productId: string, drift: object): Promise<void> => {
    const found = await run(productId);
    expect(found.code, found.stderr).to.equal(1);
    expect(found.document.products[0]?.drift).to.have.lengthOf(1);
    expect(found.document.products[0]?.drift[0]).to.include(drift);
    const mended = await run(productId, "--fix");
    expect(mended.code, mended.stderr).to.equal(0);
    expect(mended.document.products[0]).to.include({ fixed: true });
    expect((await (await selling.get(tokens.sale)).reconcile(productId))?.drift).to.deep.equal([]);
  };
  const expectGoingOn = async (sells: Crowd): Promise<void> => {
    const before = sells.bought();
    await until(() => sells.bought() > before + 20);
  };

  it("finds and mends units that left the stock, without a stop of the sale", async () => {
    const productId = await product(selling);
    const sells = await crowd(selling, productId);
    await until(() => sells.bought() > 50);
    await (await redis()).hincrby(await key(productId, "stock"), "available", -3);
    await expectMended(productId, { kind: "stock", expected: 1_000_000, found: 999_997 });
    await expectGoingOn(sells);
  });

  it("finds and mends a deleted key, while others sell", async () => {
    const [productId, other] = [await product(selling), await product(selling)];
    const sells = await crowd(selling, other);
    await (await selling.get(tokens.sale)).purchase({ productId, userId: "u1" });
    await (await redis()).del(await key(productId, "stock"));
    await (await selling.get(tokens.products)).projectSold();
    await expectMended(productId, { kind: "missing-inventory" });
    await expectGoingOn(sells);
    expect((await (await selling.get(tokens.sale)).saleStatus(productId))?.stock).to.include({ purchased: 1 });
  });

  it("finds and mends a lost buyer, by name, who then cannot buy more than the limit", async () => {
    const productId = await product(selling);
    const sale = await selling.get(tokens.sale);
    await sale.purchase({ productId, userId: "lost", quantity: 2 });
    const sells = await crowd(selling, productId);
    await until(() => sells.bought() > 50);
    await (await redis()).hdel(await key(productId, "buyers"), "lost");
    await expectMended(productId, { kind: "buyer", userId: "lost", expected: 2, found: null });
    await expectGoingOn(sells);
    expect(await sale.purchase({ productId, userId: "lost" })).to.deep.include({
      kind: "refused",
      reason: "limit-reached",
    });
  });

  it("finds and mends a buyer whom the orders do not know, among many, who can buy then", async () => {
    const productId = await product(selling);
    const sale = await selling.get(tokens.sale);
    const sells = await crowd(selling, productId, { atOnce: 16 });
    // More than one page of known buyers, in a hash that grows while it is paged through.
    await until(() => sells.bought() > 700);
    await (await redis()).hset(await key(productId, "buyers"), "stranger", `${randomUUID()}:2`);
    const refused = await sale.purchase({ productId, userId: "stranger" });
    expect(refused).to.deep.include({ kind: "refused", reason: "limit-reached" });
    await expectMended(productId, { kind: "buyer", userId: "stranger", expected: 0, found: 2 });
    await expectGoingOn(sells);
    expect(await sale.purchase({ productId, userId: "stranger" })).to.include({ kind: "purchased" });
  });

  it("finds and mends a wrong sold_quantity", async () => {
    const productId = await product(selling);
    await (await selling.get(tokens.sale)).purchase({ productId, userId: "u1" });
    await stores.query("update products set sold_quantity = 9 where id = $1", [productId]);
    await expectMended(productId, { kind: "sold-quantity", expected: 1, found: 9 });
  });

  it("finds nothing in 100 looks at healthy sales", async () => {
    const keeping = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: true });
    try {
      const products = await Promise.all(Array.from({ length: 10 }, () => product(keeping)));
      const sells = await Promise.all(
        products.map((productId) => crowd(keeping, productId, { atOnce: 2, projects: false })),
      );
      const looking = await selling.get(tokens.sale);
      for (let round = 0; round < 10; round += 1) {
        const reports = await Promise.all(products.map((productId) => looking.reconcile(productId)));
        expect(reports.map((report) => report?.drift)).to.deep.equal(products.map(() => []));
      }
      expect(Math.min(...sells.map(({ bought }) => bought()))).to.be.greaterThan(10);
      await Promise.all(crowds.splice(0).map((crowd) => crowd.stop()));
    } finally {
      await keeping.close();
    }
  });

  it("goes on with --watch, a document a round, and ends at Ctrl-C with the code of the worst round", async () => {
    const productId = await product(selling, 10);
    await (await redis()).hincrby(await key(productId, "stock"), "available", -1);
    const watch = startCli(["reconcile", productId, "--watch", "1s", "--json"], stores.env);
    await watch.until((stdout) => stdout.includes('"stock"'));
    await (await selling.get(tokens.sale)).rebuild(productId);
    await watch.until((stdout) => stdout.trimEnd().endsWith('"unknown":[]}') && stdout.includes('"drift":[]'));
    watch.child.kill("SIGINT");
    const { code, document, stderr } = await watch.ended;
    expect(code, stderr).to.equal(1);
    expect(document.products[0]?.drift).to.deep.equal([]);
  });
});
