import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import Koa from "koa";
import { ADMIN_KEY, startApi, type Api } from "./api.js";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What helmet sends by default, but for the policy. */
const SECURITY = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-dns-prefetch-control": "off",
  "x-download-options": "noopen",
  "x-frame-options": "SAMEORIGIN",
  "x-permitted-cross-domain-policies": "none",
  "x-xss-protection": "0",
};

describe("the API", () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  for (const base of ["/api/v1", "/api/v1.0"]) {
    it(`sells under ${base}`, async () => {
      const created = await api.call(`${base}/admin/products`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY },
        body: JSON.stringify({ name: "Console", description: "New", price: 49.99, totalQuantity: 5, perUserLimit: 3 }),
      });
      expect(created.status).to.equal(201);
      const { id, saleStartAt, saleEndAt, ...product } = created.body.data;
      expect(id).to.match(UUID);
      expect(saleStartAt).to.match(ISO);
      expect(Date.parse(saleEndAt) - Date.parse(saleStartAt)).to.equal(2 * 3_600_000);
      const terms = {
        description: "New",
        status: "active",
        totalQuantity: 5,
        price: 49.99,
        currency: "USD",
        perUserLimit: 3,
      };
      const stock = { availableQuantity: 5, soldQuantity: 0 };
      expect(product).to.deep.equal({ name: "Console", ...terms, ...stock, available: 5, held: 0, sold: 0, drift: 0 });

      const bought = await api.call(`${base}/sale/purchase`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user-id": "u:1" },
        body: JSON.stringify({ productId: id.toUpperCase(), quantity: 2, metadata: { source: "test" } }),
      });
      expect(bought.status).to.equal(201);
      const { orderId, purchasedAt, ...purchase } = bought.body.data;
      expect(orderId).to.match(UUID);
      expect(purchasedAt).to.match(ISO);
      const money = { price: 49.99, total: 99.98, currency: "USD" };
      expect(purchase).to.deep.equal({
        number: 1,
        productId: id,
        userId: "u:1",
        quantity: 2,
        ...money,
        status: "completed",
      });

      const view = {
        productId: id,
        productName: "Console",
        ...terms,
        availableQuantity: 3,
        soldQuantity: 2,
        saleStartAt,
        saleEndAt,
      };
      for (const path of [
        "/sale/first",
        "/sale/status",
        `/sale/status?productId=${id}`,
        `/sale/status/${id.toUpperCase()}`,
      ]) {
        const { status, body } = await api.call(base + path);
        expect({ status, body }, path).to.deep.equal({ status: 200, body: { success: true, data: view } });
      }

      for (const path of ["/sale/first", "/sale/status", `/sale/status/${id}`]) {
        const { headers } = await fetch(`${api.url}${base}${path}`);
        expect(headers.get("cache-control"), path).to.equal("public, max-age=0, s-maxage=1");
        const ask = { "if-none-match": headers.get("etag") ?? "", "cache-control": "max-age=0" };
        const again = await fetch(`${api.url}${base}${path}`, { headers: ask });
        expect([again.status, await again.text()], path).to.deep.equal([304, ""]);
        const changed = await fetch(`${api.url}${base}${path}`, { headers: { ...ask, "if-none-match": '"other"' } });
        expect([changed.status, await changed.json()], path).to.deep.equal([200, { success: true, data: view }]);
      }

      const order = { id: orderId, status: "completed", quantity: 2, price: 49.99, createdAt: purchasedAt };
      const mine = await api.call(`${base}/sale/user/status?productId=${id}&userId=u:1`);
      expect(mine.body.data).to.deep.equal({ hasPurchased: true, order, orders: [order], unitsLeft: 1 });
      const others = await api.call(`${base}/sale/user/status?productId=${id}`, { headers: { "x-user-id": "u2" } });
      expect(others.body.data).to.deep.equal({ hasPurchased: false, order: null, orders: [], unitsLeft: 3 });

      const again = await api.call(`${base}/sale/orders/${orderId.toUpperCase()}?userId=u:1`);
      expect(again.body).to.deep.equal(bought.body);
      expect(again.status).to.equal(200);
    });
  }

  it("shows the orders of a buyer newest first", async () => {
    const productId = await api.product({ perUserLimit: 2 });
    const first = await api.buy("u1", { productId });
    const second = await api.buy("u1", { productId });
    const { data } = (await api.call(`/api/v1/sale/user/status?productId=${productId}&userId=u1`)).body;
    expect(data.orders.map(({ id }) => id)).to.deep.equal([second.body.data.orderId, first.body.data.orderId]);
    expect(data.order).to.deep.equal(data.orders[0]);
  });

  it("tells upcoming, active, sold_out and ended apart", async () => {
    const statusOf = async (productId: string) => (await api.call(`/api/v1/sale/status/${productId}`)).body.data.status;
    const now = Date.now();
    expect(await statusOf(await api.product({ saleStartAtMs: now + 60_000 }))).to.equal("upcoming");
    expect(await statusOf(await api.product({ saleStartAtMs: now - 60_000, saleEndAtMs: now - 1 }))).to.equal("ended");
    const productId = await api.product({ totalQuantity: 1 });
    expect(await statusOf(productId)).to.equal("active");
    await api.buy("u1", { productId });
    expect(await statusOf(productId)).to.equal("sold_out");
  });

  it("shows the newest product first", async () => {
    await api.product();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const newest = await api.product({ name: "Newest" });
    expect((await api.call("/api/v1/sale/first")).body.data).to.include({ productId: newest, productName: "Newest" });
  });

  it("keeps prices in the decimals of their currency", async () => {
    for (const [currency, price, total] of [
      ["JPY", 500, 1_500],
      ["KWD", 0.123, 0.369],
      ["USD", 0.1, 0.3],
      ["USD", 0, 0],
    ] as const) {
      const productId = await api.product({ currency, price, perUserLimit: 3 });
      const { data } = (await api.buy("u1", { productId, quantity: 3 })).body;
      expect(data).to.include({ currency, price, total });
    }
  });

  describe("takes the buyer from", () => {
    const buyerOf = async (path: string, body: object, headers = {}) => {
      const answer = await api.post(path, { productId: await api.product(), ...body }, headers);
      return answer.body.data.userId;
    };

    it("the header, whatever query and body say", async () => {
      expect(await buyerOf("/sale/purchase?userId=query", { userId: "body" }, { "x-user-id": "A.z_0@-:" })).to.equal(
        "A.z_0@-:",
      );
    });
    it("the query, where there is no header", async () => {
      expect(await buyerOf("/sale/purchase?userId=query", { userId: "body" })).to.equal("query");
    });
    it("the body, where there is neither", async () => {
      expect(await buyerOf("/sale/purchase", { userId: "body" })).to.equal("body");
    });
  });

  describe("with an idempotency key", () => {
    const key = { "idempotency-key": " ~key~ " };

    it("gives the same order again with 200, also to a hundred at once", async () => {
      const productId = await api.product();
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => api.buy("u1", { productId, metadata: { a: 1, b: 2 } }, key)),
      );
      const later = await api.buy("u1", { productId, metadata: { b: 2, a: 1 } }, key);
      expect(later.status).to.equal(200);
      expect(answers.filter(({ status }) => status === 201)).to.have.lengthOf(1);
      expect(new Set(answers.map(({ body }) => body.data.orderId))).to.deep.equal(new Set([later.body.data.orderId]));
    });

    it("never gives another user's order, nor another product's", async () => {
      const [productId, other] = [await api.product(), await api.product()];
      const answers = [
        await api.buy("u1", { productId }, key),
        await api.buy("u2", { productId }, key),
        await api.buy("u1", { productId: other }, key),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
    });

    it("leaves the key free after a refusal", async () => {
      const productId = await api.product();
      expect((await api.buy("u1", { productId, expectedPrice: 1 }, key)).status).to.equal(409);
      expect((await api.buy("u1", { productId }, key)).status).to.equal(201);
    });
  });

  it("is healthy without an envelope, and ready while its stores answer", async () => {
    const health = await api.call("/health");
    expect(health.status).to.equal(200);
    expect(health.body).to.have.all.keys("status", "timestamp");
    expect(health.body["status"]).to.equal("ok");
    expect((await api.call("/ready")).status).to.equal(200);
  });

  it("names the store that is missing, and only that one", async () => {
    const silent = startApi({
      stores: [
        { name: "Redis", where: "", ask: async () => undefined },
        { name: "PostgreSQL", where: "", ask: () => Promise.reject(new Error("away")) },
        { name: "Another", where: "", ask: () => new Promise(() => undefined) },
      ],
    });
    const { status, body, headers } = await (await silent).call("/ready");
    await (await silent).close();
    expect(status).to.equal(503);
    expect(body["missing"]).to.deep.equal(["PostgreSQL", "Another"]);
    expect(headers.has("retry-after")).to.be.true;
  });

  it("answers HEAD like GET, without a body", async () => {
    await api.product();
    const answer = await api.call("/api/v1/sale/first", { method: "HEAD" });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.equal({});
  });

  it("gives a gateway's request id back, and a new one where it is none", async () => {
    const own = await api.call("/health", { headers: { "x-request-id": "gw-1:2" } });
    expect(own.headers.get("x-request-id")).to.equal("gw-1:2");
    const foreign = await api.call("/health", { headers: { "x-request-id": "{}\t" } });
    expect(foreign.headers.get("x-request-id")).to.match(/^[0-9a-f]{12}-\w+$/);
  });

  it("sends the security headers with whatever it answers, and does not upgrade requests to https", async () => {
    const productId = await api.product({ totalQuantity: 1 });
    const status = `${api.url}/api/v1/sale/status/${productId}`;
    const etag = (await fetch(status)).headers.get("etag") ?? "";
    const stop = new AbortController();
    const answers: Readonly<Record<string, { headers: Headers }>> = {
      "201": await api.buy("u1", { productId }),
      "a refusal": await api.buy("u2", { productId }),
      "a route that is none": await api.call("/api/v1/sale"),
      "a wrong method": await api.call("/api/v1/sale/purchase"),
      "200": await fetch(status),
      "304": await fetch(status, { headers: { "if-none-match": etag, "cache-control": "max-age=0" } }),
      HEAD: await fetch(status, { method: "HEAD" }),
      health: await api.call("/health"),
      docs: await fetch(`${api.url}/api/docs`),
      stream: await fetch(`${api.url}/api/v1/sale/stream/${productId}`, { signal: stop.signal }),
    };
    stop.abort();
    for (const [name, { headers }] of Object.entries(answers)) {
      const found = Object.fromEntries([...Object.keys(SECURITY)].map((header) => [header, headers.get(header)]));
      expect(found, name).to.deep.equal(SECURITY);
      expect(headers.get("content-security-policy"), name)
        .to.match(/default-src '(self|none)'/)
        .and.not.match(/upgrade/);
      expect(headers.has("strict-transport-security"), name).to.be.false;
      expect(headers.get("x-request-id"), name).to.match(/^[0-9a-f]{12}-\w+$/);
    }
  });

  it("leaves the headers standing that were set around it", async () => {
    const around = new Koa();
    around.use((ctx, next) => {
      ctx.set("X-Around", "1");
      return next();
    });
    for (const middleware of api.app.middleware) around.use(middleware);
    const server = around.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const { headers } = await fetch(`http://127.0.0.1:${port}/api/v1/sale/first`);
      expect([headers.get("x-around"), headers.get("x-frame-options")]).to.deep.equal(["1", "SAMEORIGIN"]);
    } finally {
      server.close();
    }
  });

  it("logs a purchase at debug only, and never a key", async () => {
    await api.post("/admin/products", { name: "x", price: 1, totalQuantity: 1 }, { "x-admin-key": ADMIN_KEY });
    await api.post("/admin/products", {}, { "x-admin-key": "wrong-key" });
    await api.buy("u1", { productId: await api.product() }, { "idempotency-key": "private" });
    const text = JSON.stringify(api.lines);
    expect(text).not.to.contain(ADMIN_KEY).and.not.to.contain("wrong-key").and.not.to.contain("private");
    expect(api.lines.filter(({ msg }) => msg === "created").map(({ level }) => level)).to.deep.equal([20, 20]);
  });

  it("logs a purchase's story under the ids by which it can be searched, and its buyer by a hash alone", async () => {
    const productId = await api.product({ totalQuantity: 2 });
    const { body } = await api.buy("a-buyer", { productId }, { "x-request-id": "one", "idempotency-key": "k" });
    await api.buy("a-buyer", { productId }, { "x-request-id": "again", "idempotency-key": "k" });
    await api.buy("a-buyer", { productId }, { "x-request-id": "refused" });
    const { orderId: reservationId } = body.data;
    const [bought, replayed, refused] = ["one", "again", "refused"].map((id) =>
      api.lines.find(({ requestId }) => requestId === id),
    );
    expect(bought).to.include({ msg: "created", status: 201, reservationId, productId });
    expect(replayed).to.include({ msg: "answered", status: 200, reservationId, productId });
    expect(refused).to.include({ code: "ALREADY_PURCHASED" });
    expect(bought?.["user"]).to.match(/^[0-9a-f]{16}$/);
    expect([replayed?.["user"], refused?.["user"]]).to.deep.equal([bought?.["user"], bought?.["user"]]);
    expect(JSON.stringify(api.lines)).not.to.contain("a-buyer");
  });
});
