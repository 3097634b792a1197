import { expect } from "chai";
import { createLog, readConfig, serve, tokens, wire, type Serving, type Wired } from "@flash-sale/http-koa";
import { adminOf, type AdminCalls } from "./admin.js";
import { ADMIN_KEY, request, type Answer } from "./api.js";
import { freshStores, type TestStores } from "./stores.js";

const log = createLog("silent");

describe("an admin during a sale, on Redis and PostgreSQL", () => {
  let stores: TestStores;
  /** Two servers on the same stores: what one changes the other must follow. */
  let serving: readonly [Serving, Serving];
  let wired: Wired;
  let admin: AdminCalls;
  let elsewhere: AdminCalls;

  before(async () => {
    stores = await freshStores();
    const environment = { HOST: "127.0.0.1", PORT: "0", ADMIN_API_KEY: ADMIN_KEY, RATE_LIMIT_MAX: "0" };
    const config = readConfig({ ...stores.env, ...environment });
    serving = [await serve(config, log), await serve(config, log)];
    [admin, elsewhere] = [adminOf(serving[0].url), adminOf(serving[1].url)];
    wired = wire(config, log, { keepsHouse: false });
  });
  after(async () => {
    await wired.close();
    await Promise.all(serving.map((one) => one.close()));
    await stores.drop();
  });

  const product = async (totalQuantity: number, more: object = {}): Promise<string> => {
    const { status, body } = await admin.post("/products", { name: "Console", price: 49.99, totalQuantity, ...more });
    expect(status).to.equal(201);
    return body.data.id;
  };
  let asked = 0;
  /** By turns of the one server and the other. */
  const buy = (userId: string, body: object, headers = {}): Promise<Answer> =>
    request(`${serving[(asked += 1) % 2]!.url}/api/v1/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": userId, ...headers },
      body: JSON.stringify(body),
    });
  const view = async (productId: string) =>
    (await admin.get(`/products/${productId}`)).body.data as unknown as Record<string, number>;
  const expectAgreement = async (productId: string): Promise<void> => {
    const { body } = await admin.post(`/products/${productId}/reconcile`);
    expect(body.data["drift"]).to.deep.equal([]);
  };

  it("puts a product on sale: its stock is live when the answer is sent", async () => {
    for (let n = 0; n < 10; n += 1) {
      const productId = await product(1);
      expect((await buy("u1", { productId })).status).to.equal(201);
    }
  });

  it("edits name, price, limit and window while buyers buy, and both servers follow", async () => {
    const productId = await product(1_000, { perUserLimit: 2 });
    let going = true;
    const statuses = new Set<string>();
    const prices = new Set<unknown>();
    const crowd = Array.from({ length: 8 }, async (_, buyer) => {
      for (let n = 0; going; n += 1) {
        const { status, body } = await buy(`u${buyer}-${n}`, { productId });
        statuses.add(body.code ?? String(status));
        if (status === 201) prices.add(body.data["price"]);
      }
    });
    const edits = [
      { name: "Console 2", description: "Newer" },
      { price: 59.99 },
      { perUserLimit: 1 },
      { saleEndAt: "2020-01-02T00:00:00Z", saleStartAt: "2020-01-01T00:00:00Z" },
      { saleEndAt: "2099-01-01T00:00:00+01:00" },
      { price: 39.99 },
    ];
    for (const [index, edit] of edits.entries()) {
      const { status, body } = await (index % 2 === 0 ? admin : elsewhere).patch(`/products/${productId}`, edit);
      expect(status, JSON.stringify(body)).to.equal(200);
      await buy(`after-${index}`, { productId });
    }
    going = false;
    await Promise.all(crowd);
    expect([...statuses]).to.include.members(["201", "SALE_ENDED"]);
    for (const status of statuses) expect(status).to.be.oneOf(["201", "SALE_ENDED", "SOLD_OUT"]);
    for (const price of prices) expect(price).to.be.oneOf([49.99, 59.99, 39.99]);
    for (const { url } of serving) {
      const { body } = await request(`${url}/api/v1/sale/status/${productId}`);
      expect(body.data).to.include({ productName: "Console 2", description: "Newer", price: 39.99, perUserLimit: 1 });
      expect(body.data.saleEndAt).to.equal("2098-12-31T23:00:00.000Z");
    }
    expect((await buy("last", { productId, quantity: 2 })).body.details).to.deep.equal({ perUserLimit: 1 });
    await expectAgreement(productId);
  });

  it("changes the total up and down; below what is sold it is refused, and nothing changes", async () => {
    const productId = await product(3);
    for (const buyer of ["u1", "u2", "u3"]) expect((await buy(buyer, { productId })).status).to.equal(201);
    expect((await buy("u4", { productId })).body.code).to.equal("SOLD_OUT");
    expect((await admin.patch(`/products/${productId}`, { totalQuantity: 5 })).status).to.equal(200);
    expect((await buy("u4", { productId })).status).to.equal(201);
    const before = await view(productId);
    const refusal = await elsewhere.patch(`/products/${productId}`, { totalQuantity: 3, price: 1 });
    expect([refusal.status, refusal.body.code, refusal.body.details]).to.deep.equal([
      409,
      "TOTAL_TOO_LOW",
      { smallest: 4 },
    ]);
    expect(await view(productId)).to.deep.equal(before);
    const lowered = await elsewhere.patch(`/products/${productId}`, { totalQuantity: 4 });
    expect(lowered.body.data).to.include({ status: "sold_out", available: 0, sold: 4, totalQuantity: 4, drift: 0 });
    expect((await buy("u5", { productId })).body.code).to.equal("SOLD_OUT");
    await expectAgreement(productId);
  });

  it("changes totals up and down and back during 5,000 purchases: every buyer gets one unit, and none is left", async function () {
    this.timeout(120_000);
    const SALES = 5_000;
    const productId = await product(SALES);
    const waiting = Array.from({ length: SALES }, (_, buyer) => `u${buyer}`);
    const counts = { sold: 0, soldOut: 0, changed: 0, refused: 0 };
    const unforeseen = new Set<string>();
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const buyer = async (): Promise<void> => {
      for (let userId = waiting.pop(); userId !== undefined; userId = waiting.pop()) {
        const { status, body } = await buy(userId, { productId });
        if (status === 201) counts.sold += 1;
        else {
          // Sold out is true of this moment only: the total goes up again.
          waiting.unshift(userId);
          if (body.code === "SOLD_OUT") counts.soldOut += 1;
          else unforeseen.add(body.code ?? String(status));
          await pause(20);
        }
      }
    };
    const crowd = Promise.all(Array.from({ length: 64 }, buyer));
    const totals = [
      ...[() => counts.sold + 200, () => SALES + 500, () => counts.sold - 10],
      ...[() => SALES, () => counts.sold + 400, () => SALES - 100, () => SALES + 1],
    ];
    for (let n = 0; counts.sold < SALES && unforeseen.size === 0; n += 1) {
      const totalQuantity = Math.max(1, totals[n % totals.length]!());
      const by = n % 2 === 0 ? admin : elsewhere;
      const { status, body } = await by.patch(`/products/${productId}`, { totalQuantity });
      expect([200, 409], JSON.stringify(body)).to.include(status);
      counts[status === 200 ? "changed" : "refused"] += 1;
      // A low total is sold out before it goes up again; a high one is bought from for a moment.
      const { soldOut } = counts;
      if (status === 200 && totalQuantity < SALES - 100)
        for (let looks = 0; counts.soldOut === soldOut && looks < 100; looks += 1) await pause(10);
      else await pause(20);
    }
    await crowd;
    expect([...unforeseen]).to.deep.equal([]);
    expect((await admin.patch(`/products/${productId}`, { totalQuantity: SALES })).status).to.equal(200);
    for (const count of Object.values(counts)) expect(count, JSON.stringify(counts)).to.be.greaterThan(2);
    expect(await view(productId)).to.include({
      ...{ totalQuantity: SALES, available: 0, held: 0, sold: SALES, drift: 0, status: "sold_out" },
    });
    const orders = await admin.all(`/orders?productId=${productId}&limit=1000`);
    expect(orders.map(({ number }) => number)).to.deep.equal(Array.from({ length: SALES }, (_, index) => index + 1));
    await expectAgreement(productId);
  });

  it("cancels the same order from two servers at once, during rebuilds: its units go back once", async () => {
    const UNITS = 30;
    const productId = await product(UNITS, { perUserLimit: 3 });
    const orders: string[] = [];
    for (let n = 0; n < UNITS / 3; n += 1)
      orders.push((await buy(`u${n}`, { productId, quantity: 3 })).body.data.orderId);
    expect((await view(productId))["available"]).to.equal(0);

    let cancelling = true;
    const rebuilding = (async () => {
      let rebuilds = 0;
      for (; cancelling; rebuilds += 1) {
        expect((await elsewhere.post(`/products/${productId}/rebuild`)).status).to.equal(200);
      }
      return rebuilds;
    })();
    for (const orderId of orders) {
      const both = await Promise.all([admin, elsewhere].map((one) => one.post(`/orders/${orderId}/cancel`)));
      expect(both.map(({ status }) => status)).to.deep.equal([200, 200]);
      expect(both[0]!.body).to.deep.equal(both[1]!.body);
      expect(both[0]!.body.data).to.include({ orderId, status: "cancelled", quantity: 3 });
    }
    cancelling = false;
    expect(await rebuilding).to.be.greaterThan(0);
    expect(await view(productId)).to.include({ available: UNITS, held: 0, sold: 0, drift: 0 });
    await expectAgreement(productId);

    // So many units are there to be sold again, to the same buyers too, and not one more.
    const answers = await Promise.all(Array.from({ length: UNITS + 10 }, (_, n) => buy(`u${n}`, { productId })));
    expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(UNITS);
    expect((await admin.post(`/orders/${orders[0]}/cancel`)).body.data.status).to.equal("cancelled");
    expect(await view(productId)).to.include({ available: 0, sold: UNITS, drift: 0 });
    await expectAgreement(productId);
  });

  it("reads the feed while purchases and cancellations go on: each order once, in commit order, without a gap", async () => {
    const SALES = 400;
    const productId = await product(SALES);
    const seen: { number: number; orderId: string }[] = [];
    const reading = (async () => {
      while (seen.length < SALES) {
        const after = seen.at(-1)?.number ?? 0;
        const { items } = await elsewhere.page(`/orders?productId=${productId}&after=${after}&limit=7`);
        seen.push(...items);
      }
    })();
    const bought: string[] = [];
    const crowd = Array.from({ length: 16 }, async (_, buyer) => {
      for (let n = 0; n < SALES / 16; n += 1) {
        const { data } = (await buy(`u${buyer}-${n}`, { productId })).body;
        bought.push(data.orderId);
        if (n % 10 === 0) await admin.post(`/orders/${data.orderId}/cancel`);
      }
    });
    await Promise.all([...crowd, reading]);
    expect(seen.map(({ number }) => number)).to.deep.equal(Array.from({ length: SALES }, (_, index) => index + 1));
    expect(seen.map(({ orderId }) => orderId).sort()).to.deep.equal(bought.sort());
  });

  it("lists products and orders in pages, each once", async () => {
    const products = await admin.all("/products?limit=3");
    const ids = products.map(({ id }) => id);
    expect(ids).to.deep.equal([...new Set(ids)].sort());
    const byProduct = await Promise.all(ids.map((id) => admin.all(`/orders?productId=${id}&limit=1000`)));
    const orders = await elsewhere.all("/orders?limit=501");
    expect(orders).to.deep.equal(byProduct.flat());
    const ofOne = await admin.all("/orders?userId=u1&limit=2");
    expect(ofOne).to.deep.equal(orders.filter((order) => (order as unknown as { userId: string }).userId === "u1"));
    expect(ofOne.length).to.be.greaterThan(10);
  });

  it("finds drift, and repairs it when told to", async () => {
    const productId = await product(5);
    await buy("u1", { productId });
    const inventory = await wired.get(tokens.inventory);
    const { epoch } = (await (await wired.get(tokens.products)).find(productId))!;
    const reservationId = (await wired.get(tokens.ids)).next();
    const ghost = { productId, epoch, reservationId, userId: "ghost", quantity: 1, fingerprint: "" };
    const held = await inventory.hold({ ...ghost, expectedPriceMinor: null }, "granted");
    if (held.kind !== "held") throw new Error(held.kind);
    await inventory.confirm(productId, epoch, [held.reservation]);

    const found = await admin.post(`/products/${productId}/reconcile`);
    expect([found.status, found.body.data["fixed"]]).to.deep.equal([200, false]);
    expect(found.body.data["drift"]).to.deep.include({ kind: "purchased", expected: 1, found: 2 });
    const mended = await admin.post(`/products/${productId}/reconcile`, { fix: true });
    expect(mended.body.data["fixed"]).to.equal(true);
    await expectAgreement(productId);
    expect(await view(productId)).to.include({ available: 4, sold: 1, drift: 0 });
  });
});
