import { expect } from "chai";
import { createLog, readConfig, serve, tokens, wire, type Serving, type Wired } from "@flash-sale/http-koa";
import { request, type Answer } from "./api.js";
import { freshStores, type TestStores } from "./stores.js";

const log = createLog("silent");

describe("a crowd at once, on Redis and PostgreSQL", () => {
  let stores: TestStores;
  let serving: Serving;
  let wired: Wired;

  before(async () => {
    stores = await freshStores();
    // One buyer comes two hundred times here, and what is tried is not the rate limit.
    const config = readConfig({ ...stores.env, HOST: "127.0.0.1", PORT: "0", RATE_LIMIT_MAX: "0" });
    serving = await serve(config, log);
    wired = wire(config, log, { keepsHouse: false });
  });
  after(async () => {
    await wired.close();
    await serving.close();
    await stores.drop();
  });

  const product = async (totalQuantity: number, perUserLimit = 1): Promise<string> => {
    const sale = await wired.get(tokens.sale);
    return (await sale.createProduct({ name: "Console", price: 49.99, totalQuantity, perUserLimit })).id;
  };
  const buy = (userId: string, body: object, headers = {}): Promise<Answer> =>
    request(`${serving.url}/api/v1.0/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": userId, ...headers },
      body: JSON.stringify(body),
    });
  const crowd = (size: number, one: (index: number) => Promise<Answer>): Promise<Answer[]> =>
    Promise.all(Array.from({ length: size }, (_, index) => one(index)));
  const tally = (answers: readonly Answer[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const key = body.code ?? String(status);
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  };

  /** What stands in PostgreSQL, after a check that both stores agree. */
  const ordersOf = async (productId: string) => {
    const report = await (await wired.get(tokens.sale)).reconcile(productId);
    expect(report?.drift).to.deep.equal([]);
    return (await wired.get(tokens.orderPages)).orders(productId, 0, 1_000);
  };

  it("500 buyers for 1 unit: one buys", async () => {
    const productId = await product(1);
    const answers = await crowd(500, (index) => buy(`u${index}`, { productId }));
    expect(tally(answers)).to.deep.equal({ 201: 1, SOLD_OUT: 499 });
    expect(await ordersOf(productId)).to.have.lengthOf(1);
  });

  it("one buyer, 200 purchases: one order, the others under way or purchased already", async () => {
    const productId = await product(500);
    const counts = tally(await crowd(200, () => buy("u:1", { productId })));
    expect(counts["201"]).to.equal(1);
    expect((counts["PURCHASE_IN_PROGRESS"] ?? 0) + (counts["ALREADY_PURCHASED"] ?? 0), JSON.stringify(counts)).to.equal(
      199,
    );
    expect(await ordersOf(productId)).to.have.lengthOf(1);
  });

  it("one buyer, 200 purchases with one key: one order, and every answer shows it", async () => {
    const productId = await product(500);
    const answers = await crowd(200, () => buy("u1", { productId, metadata: { a: 1 } }, { "idempotency-key": "one" }));
    expect(tally(answers)).to.deep.equal({ 200: 199, 201: 1 });
    const [order] = await ordersOf(productId);
    expect(new Set(answers.map(({ body }) => body.data.orderId))).to.deep.equal(new Set([order!.id]));
  });

  it("limit 3, quantities 1 and 2, 50 at once: never more than 3", async () => {
    const productId = await product(500, 3);
    await crowd(50, (index) => buy("u1", { productId, quantity: 1 + (index % 2) }));
    const orders = await ordersOf(productId);
    expect(orders.reduce((sum, { quantity }) => sum + quantity, 0)).to.be.within(1, 3);
  });

  it("sells out to the last unit, and no further, to buyers who come twice", async () => {
    const productId = await product(40);
    const answers = await crowd(200, (index) => buy(`u${index % 100}`, { productId }));
    const orders = await ordersOf(productId);
    expect(tally(answers)["201"]).to.equal(40);
    expect(orders.map(({ number }) => number)).to.deep.equal(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it("is ready, and both bases show the same", async () => {
    expect((await request(`${serving.url}/ready`)).status).to.equal(200);
    const [v1, v10] = [
      await request(`${serving.url}/api/v1/sale/first`),
      await request(`${serving.url}/api/v1.0/sale/first`),
    ];
    expect(v1.status).to.equal(200);
    expect(v1.body).to.deep.equal(v10.body);
  });
});
