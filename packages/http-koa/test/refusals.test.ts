import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import sinon from "sinon";
import { ADMIN_KEY, startApi, type Answer, type Api } from "./api.js";

const HOUR_MS = 3_600_000;
const NOBODY = "0190a5a0-0000-7000-8000-000000000000";
const admin = { "x-admin-key": ADMIN_KEY };
const newProduct = { name: "Console", price: 499, totalQuantity: 100 };

describe("a refusal over HTTP", () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(async () => {
    sinon.restore();
    await api.close();
  });

  /** Every refusal has the envelope, its code, its status, a sentence, and its line in the log. */
  function expectRefusal(answer: Answer, status: number, code: string): void {
    expect(answer.body, JSON.stringify(answer.body)).to.include({ success: false, code });
    expect(answer.status).to.equal(status);
    expect(answer.body.error).to.match(/^\S.*\.$/);
    expect(answer.headers.get("content-type")).to.equal("application/json; charset=utf-8");
    expect(answer.headers.has("retry-after")).to.equal(status === 429 || status === 503);
    const requestId = answer.headers.get("x-request-id");
    expect(api.lines.filter((line) => line["requestId"] === requestId && line["code"] === code)).to.have.lengthOf(1);
  }

  describe("INVALID_REQUEST", () => {
    const purchases: [string, (productId: string) => unknown, string][] = [
      ["malformed JSON", () => '{"productId":', "body"],
      ["JSON that is no object", () => [], "body"],
      ["an empty body", () => "", "productId"],
      ["no product id", () => ({}), "productId"],
      ["a product id that is no UUID", () => ({ productId: "1" }), "productId"],
      ["a quantity of 0", (productId) => ({ productId, quantity: 0 }), "quantity"],
      ["a quantity of 1.5", (productId) => ({ productId, quantity: 1.5 }), "quantity"],
      ['a quantity of "1"', (productId) => ({ productId, quantity: "1" }), "quantity"],
      ["a quantity of null", (productId) => ({ productId, quantity: null }), "quantity"],
      ["a body's user id with a space", (productId) => ({ productId, userId: "a b" }), "userId"],
      ["a negative expected price", (productId) => ({ productId, expectedPrice: -1 }), "expectedPrice"],
      ["an expected price of three decimals", (productId) => ({ productId, expectedPrice: 49.999 }), "expectedPrice"],
      ["metadata that is a list", (productId) => ({ productId, metadata: [] }), "metadata"],
      ["metadata above 4 KiB", (productId) => ({ productId, metadata: { a: "x".repeat(4_096) } }), "metadata"],
      [
        "metadata nested too deep to be written",
        (productId) => `{"productId":"${productId}","metadata":{"a":${"[".repeat(7_000)}${"]".repeat(7_000)}}}`,
        "metadata",
      ],
      ["metadata with U+0000", (productId) => ({ productId, metadata: { a: "\0" } }), "metadata"],
      ["an unknown field", (productId) => ({ productId, colour: "red" }), "colour"],
      ["__proto__", (productId) => `{"productId":"${productId}","__proto__":{}}`, "body"],
      ["a key given twice", (productId) => `{"productId":"${productId}","quantity":1,"quantity":2}`, "body"],
      [
        "a key given twice in metadata, once escaped",
        (productId) => `{"productId":"${productId}","metadata":{"a":[{"b":1,"\\u0062":2}]}}`,
        "body",
      ],
    ];
    for (const [what, body, field] of purchases) {
      it(`is the answer to a purchase with ${what}`, async () => {
        const answer = await api.buy("u1", body(await api.product()) as object);
        expectRefusal(answer, 400, "INVALID_REQUEST");
        expect(answer.body.details["field"]).to.equal(field);
      });
    }

    it("names every field that is wrong", async () => {
      const { body } = await api.buy("u1", { productId: 1, quantity: 0, colour: "red" });
      expect(body.error).to.equal(
        'productId must be a UUID; quantity must be a whole number from 1 to 100000000; Unknown field "colour".',
      );
    });

    it("is the answer to more units than the limit, which it tells", async () => {
      const answer = await api.buy("u1", { productId: await api.product({ perUserLimit: 3 }), quantity: 4 });
      expectRefusal(answer, 400, "INVALID_REQUEST");
      expect(answer.body.details).to.deep.equal({ perUserLimit: 3 });
    });

    for (const key of ["", "x".repeat(65), "sch\u00f6n"]) {
      it(`is the answer to the idempotency key ${JSON.stringify(key)}`, async () => {
        expectRefusal(
          await api.buy("u1", { productId: await api.product() }, { "idempotency-key": key }),
          400,
          "INVALID_REQUEST",
        );
      });
    }

    it("is the answer to a user id with a space in any of its places", async () => {
      const productId = await api.product();
      expectRefusal(await api.buy("a b", { productId }), 400, "INVALID_REQUEST");
      expectRefusal(await api.post("/sale/purchase?userId=a%20b", { productId }), 400, "INVALID_REQUEST");
    });

    it("is the answer to a header that says nobody, though the query says somebody", async () => {
      expectRefusal(
        await api.post("/sale/purchase?userId=u1", { productId: await api.product() }, { "x-user-id": "" }),
        400,
        "INVALID_REQUEST",
      );
    });

    for (const path of [
      "/sale/status/1",
      "/sale/status?productId=1",
      "/sale/status?productId=",
      "/sale/user/status?userId=u1",
      "/sale/user/status?userId=u1&productId=1",
      "/sale/orders/1?userId=u1",
      "/sale/first?a=1&a=2",
      `/sale/status?productId=${NOBODY}&productId=${NOBODY}`,
      `/sale/status/${NOBODY}?a=1&a=1`,
    ]) {
      it(`is the answer to GET ${path}`, async () => {
        expectRefusal(await api.call(`/api/v1${path}`), 400, "INVALID_REQUEST");
      });
    }

    const products: [string, object, string][] = [
      ["no name", { name: undefined }, "name"],
      ["an empty name", { name: "" }, "name"],
      ["a negative price", { price: -1 }, "price"],
      ["a price as a text", { price: "499" }, "price"],
      ["more decimals than the currency has", { price: 1.5, currency: "JPY" }, "price"],
      ["a currency in small letters", { currency: "usd" }, "currency"],
      ["a total of 0", { totalQuantity: 0 }, "totalQuantity"],
      ["a limit of 0", { perUserLimit: 0 }, "perUserLimit"],
      ["a start without an offset", { saleStartAt: "2030-01-31T18:00:00" }, "saleStartAt"],
      ["a day that does not exist", { saleStartAt: "2030-02-30T18:00:00Z" }, "saleStartAt"],
      [
        "an end at its start",
        { saleStartAt: "2030-01-31T18:00:00Z", saleEndAt: "2030-01-31T19:00:00+01:00" },
        "saleEndAt",
      ],
      ["an unknown field", { id: NOBODY }, "id"],
    ];
    for (const [what, change, field] of products) {
      it(`is the answer to a product with ${what}`, async () => {
        const answer = await api.post("/admin/products", { ...newProduct, ...change }, admin);
        expectRefusal(answer, 400, "INVALID_REQUEST");
        expect(answer.body.details["field"]).to.equal(field);
      });
    }
  });

  it("SALE_NOT_STARTED before the window, SALE_ENDED after it", async () => {
    const [now, soon] = [Date.now(), Date.now() + HOUR_MS];
    expectRefusal(
      await api.buy("u1", { productId: await api.product({ saleStartAtMs: soon }) }),
      400,
      "SALE_NOT_STARTED",
    );
    const over = { saleStartAtMs: now - 2 * HOUR_MS, saleEndAtMs: now - HOUR_MS };
    expectRefusal(await api.buy("u1", { productId: await api.product(over) }), 400, "SALE_ENDED");
  });

  it("SOLD_OUT where fewer units are left than were asked for", async () => {
    const productId = await api.product({ totalQuantity: 3, perUserLimit: 2 });
    await api.buy("u1", { productId, quantity: 2 });
    expectRefusal(await api.buy("u2", { productId, quantity: 2 }), 400, "SOLD_OUT");
    expect((await api.buy("u3", { productId })).status).to.equal(201);
    expectRefusal(await api.buy("u4", { productId }), 400, "SOLD_OUT");
  });

  it("ALREADY_PURCHASED where the limit does not leave that many, with the orders and what is left", async () => {
    const productId = await api.product({ perUserLimit: 3 });
    const { body } = await api.buy("u1", { productId, quantity: 2 });
    const answer = await api.buy("u1", { productId, quantity: 2 });
    expectRefusal(answer, 403, "ALREADY_PURCHASED");
    expect(answer.body.details).to.deep.equal({ orderIds: [body.data.orderId], unitsLeft: 1 });
  });

  it("PURCHASE_IN_PROGRESS while this user's purchase of this product is under way", async () => {
    const productId = await api.product({ perUserLimit: 5 });
    const { orders } = api.ports;
    const commit = orders.commit.bind(orders);
    let goOn = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      sinon.stub(orders, "commit").callsFake(async (...batch) => {
        resolve();
        await new Promise<void>((open) => (goOn = open));
        return commit(...batch);
      });
    });
    const first = api.buy("u1", { productId });
    await asked;
    expectRefusal(await api.buy("u1", { productId }), 403, "PURCHASE_IN_PROGRESS");
    goOn();
    expect((await first).status).to.equal(201);
  });

  it("UNAUTHENTICATED without an identity, FORBIDDEN with a wrong admin key", async () => {
    const productId = await api.product();
    expectRefusal(await api.post("/sale/purchase", { productId }), 401, "UNAUTHENTICATED");
    expectRefusal(await api.call(`/api/v1/sale/user/status?productId=${productId}`), 401, "UNAUTHENTICATED");
    expectRefusal(await api.call(`/api/v1/sale/orders/${NOBODY}`), 401, "UNAUTHENTICATED");
    expectRefusal(await api.post("/admin/products", newProduct), 401, "UNAUTHENTICATED");
    expectRefusal(await api.post("/admin/products", newProduct, { "x-admin-key": "wrong" }), 403, "FORBIDDEN");
    expectRefusal(
      await api.post("/admin/products", newProduct, { "x-admin-key": ADMIN_KEY.slice(0, -1) }),
      403,
      "FORBIDDEN",
    );
  });

  it("FORBIDDEN for everybody where no admin key is configured", async () => {
    await api.close();
    api = await startApi({ adminApiKey: null });
    expectRefusal(await api.post("/admin/products", newProduct), 403, "FORBIDDEN");
    expectRefusal(await api.post("/admin/products", newProduct, admin), 403, "FORBIDDEN");
  });

  it("PRODUCT_NOT_FOUND, ORDER_NOT_FOUND and NOT_FOUND", async () => {
    expectRefusal(await api.call("/api/v1/sale/first"), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.call("/api/v1/sale/status"), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.call(`/api/v1/sale/status/${NOBODY}`), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.call(`/api/v1/sale/status?productId=${NOBODY}`), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.call(`/api/v1/sale/user/status?userId=u1&productId=${NOBODY}`), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.buy("u1", { productId: NOBODY }), 404, "PRODUCT_NOT_FOUND");
    expectRefusal(await api.call(`/api/v1/sale/orders/${NOBODY}?userId=u1`), 404, "ORDER_NOT_FOUND");
    for (const path of [
      "/index.html",
      "/assets",
      "/assets/storefront.js",
      "/api",
      "/api/v1",
      "/api/v2/sale/first",
      "/api/v1.1/sale/first",
      "/api/v1/sale",
      "/sale/first",
    ]) {
      expectRefusal(await api.call(path), 404, "NOT_FOUND");
    }
  });

  it("ORDER_NOT_FOUND for another buyer's order", async () => {
    const { body } = await api.buy("u1", { productId: await api.product() });
    expectRefusal(await api.call(`/api/v1/sale/orders/${body.data.orderId}?userId=u2`), 404, "ORDER_NOT_FOUND");
  });

  it("INVALID_REQUEST for a target that is no URL", async () => {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    socket.end("GET http://[::1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const answer = await text(socket);
    expect(answer)
      .to.match(/^HTTP\/1.1 400 /)
      .and.to.include('"code":"INVALID_REQUEST"');
  });

  it("UNSUPPORTED_MEDIA_TYPE for a compressed body, also one that fails to inflate after it grew too large", async () => {
    const bomb = Buffer.concat([
      gzipSync(Buffer.alloc(40_000, "a")),
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff]),
    ]);
    const headers = { "content-type": "application/json", "content-encoding": "gzip", "x-user-id": "u1" };
    const answer = await api.call("/api/v1/sale/purchase", { method: "POST", headers, body: bomb });
    expectRefusal(answer, 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  it("reads JSON whose content type has a parameter that is malformed", async () => {
    const body = { productId: await api.product() };
    const answer = await api.buy("u1", body, { "content-type": "application/json; charset" });
    expect(answer.status).to.equal(201);
  });

  it("METHOD_NOT_ALLOWED for a wrong method, whatever it is, with those that are right", async () => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
      const answer = await api.call("/api/v1.0/sale/purchase", { method });
      expectRefusal(answer, 405, "METHOD_NOT_ALLOWED");
      expect(answer.headers.get("allow")).to.equal("POST");
    }
    const health = await api.call("/health", { method: "POST" });
    expectRefusal(health, 405, "METHOD_NOT_ALLOWED");
    expect(health.headers.get("allow")).to.equal("HEAD, GET");
    const head = await api.call("/api/v1/sale/purchase", { method: "HEAD" });
    expect([head.status, head.headers.get("allow")]).to.deep.equal([405, "POST"]);
  });

  it("comes without an envelope from below the app: 400 for what is no HTTP, 431, and 408", async () => {
    await api.close();
    api = await startApi({ timeouts: { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 } });
    const productId = await api.product();
    const raw = (sent: string) => {
      const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
      socket.write(sent);
      return text(socket);
    };
    const get = "GET /health HTTP/1.1\r\nHost: x\r\n";
    const post =
      "POST /api/v1/sale/purchase HTTP/1.1\r\nHost: x\r\nx-user-id: u1\r\nContent-Type: application/json\r\n";
    for (const [sent, status] of [
      ["Hello.\r\n\r\n", 400],
      [`${get}Cookie: ${"x".repeat(20_000)}\r\n\r\n`, 431],
      [get, 408],
      [`${post}Content-Length: 100\r\n\r\n{"productId":"${productId}"`, 408],
    ] as const) {
      const answer = await raw(sent);
      expect(answer, sent.slice(0, 60)).to.match(new RegExp(`^HTTP/1.1 ${status} .*\r\nConnection: close\r\n\r\n$`));
    }
    expect((await api.sale.saleStatus(productId))?.stock.available).to.equal(10);
  });

  it("PAYLOAD_TOO_LARGE above 16 KiB, with a length or without, and not at 16 KiB", async () => {
    const body = (bytes: number) => JSON.stringify({ productId: NOBODY }).padEnd(bytes);
    expectRefusal(await api.buy("u1", body(16_385) as unknown as object), 413, "PAYLOAD_TOO_LARGE");
    expectRefusal(await api.buy("u1", body(16_384) as unknown as object), 404, "PRODUCT_NOT_FOUND");
    const stream = new Blob([body(500_000)]).stream();
    const headers = { "content-type": "application/json", "x-user-id": "u1" };
    const chunked: RequestInit & { duplex: "half" } = { method: "POST", headers, body: stream, duplex: "half" };
    expectRefusal(await api.call("/api/v1/sale/purchase", chunked), 413, "PAYLOAD_TOO_LARGE");
  });

  it("INVALID_REQUEST for metadata above 4 KiB, in bytes and not in characters, and not at 4 KiB", async () => {
    const productId = await api.product();
    const metadata = (bytes: number) => ({ a: "é".repeat((bytes - '{"a":""}'.length) / 2) });
    expect(Buffer.byteLength(JSON.stringify(metadata(4_096)))).to.equal(4_096);
    expectRefusal(await api.buy("u1", { productId, metadata: metadata(4_098) }), 400, "INVALID_REQUEST");
    expect((await api.buy("u1", { productId, metadata: metadata(4_096) })).status).to.equal(201);
  });

  it("INVALID_REQUEST for a query parameter given twice, wherever the buyer is named", async () => {
    const productId = await api.product();
    const user = "userId=u1&userId=u1";
    expectRefusal(await api.post(`/sale/purchase?${user}`, { productId }), 400, "INVALID_REQUEST");
    for (const path of [`/sale/user/status?productId=${productId}&${user}`, `/sale/orders/${NOBODY}?${user}`])
      expectRefusal(await api.call(`/api/v1${path}`), 400, "INVALID_REQUEST");
  });

  it("UNSUPPORTED_MEDIA_TYPE for a body that is not called JSON, or packed in any way", async () => {
    const body = { productId: await api.product() };
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]) {
      expectRefusal(await api.buy("u1", body, { "content-type": type }), 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    for (const packing of ["zstd", "gzip"]) {
      expectRefusal(await api.buy("u1", body, { "content-encoding": packing }), 415, "UNSUPPORTED_MEDIA_TYPE");
    }
    expect((await api.buy("u1", body, { "content-type": "Application/JSON; charset=utf-8" })).status).to.equal(201);
  });

  it("PRICE_CHANGED where the expected price is not the price", async () => {
    const productId = await api.product();
    expectRefusal(await api.buy("u1", { productId, expectedPrice: 49.98 }), 409, "PRICE_CHANGED");
    expect((await api.buy("u1", { productId, expectedPrice: 49.99 })).status).to.equal(201);
  });

  it("IDEMPOTENCY_KEY_REUSED with another quantity or other metadata", async () => {
    const productId = await api.product({ perUserLimit: 2 });
    const key = { "idempotency-key": "k" };
    await api.buy("u1", { productId }, key);
    expectRefusal(await api.buy("u1", { productId, quantity: 2 }, key), 422, "IDEMPOTENCY_KEY_REUSED");
    expectRefusal(await api.buy("u1", { productId, metadata: { a: 1 } }, key), 422, "IDEMPOTENCY_KEY_REUSED");
  });

  it("OVERLOADED when the queue is full", async () => {
    const productId = await api.product();
    sinon.stub(api.sale, "purchase").resolves({ kind: "overloaded" });
    expectRefusal(await api.buy("u1", { productId }), 429, "OVERLOADED");
  });

  it("OVERLOADED before the request is looked at, and of purchases alone, while there is no room", async () => {
    const productId = await api.product();
    const purchase = sinon.spy(api.sale, "purchase");
    const room = sinon.stub(api.sale, "hasRoom").returns(false);
    expectRefusal(await api.buy("u1", { productId }), 429, "OVERLOADED");
    expectRefusal(await api.call("/api/v1.0/sale/purchase", { method: "POST", body: "{" }), 429, "OVERLOADED");
    expect(purchase.callCount).to.equal(0);
    const { headers } = await api.buy("u1", { productId }, { "x-request-id": "gw-1" });
    expect(headers.get("x-request-id")).to.equal("gw-1");
    expect(headers.get("retry-after")).to.match(/^\d+$/);
    const { headers: others } = await api.call("/api/v1/sale");
    for (const [name, value] of others)
      if (!["content-length", "date", "x-request-id"].includes(name)) expect(headers.get(name), name).to.equal(value);
    expect((await api.call(`/api/v1/sale/status/${productId}`)).status).to.equal(200);
    const metrics = await (await fetch(`${api.url}/metrics`)).text();
    expect(metrics).to.contain('flash_sale_purchases_total{outcome="overloaded"} 3');
    room.returns(true);
    expect((await api.buy("u1", { productId })).status).to.equal(201);
  });

  it("UNAVAILABLE where a store does not answer, with the order that may stand", async () => {
    const productId = await api.product();
    const purchase = sinon.stub(api.sale, "purchase");
    purchase.rejects(new StoreUnavailable("inventory", "none"));
    expectRefusal(await api.buy("u1", { productId }), 503, "UNAVAILABLE");
    purchase.resolves({ kind: "unavailable", orderId: null });
    expectRefusal(await api.buy("u1", { productId }), 503, "UNAVAILABLE");
    purchase.resolves({ kind: "unavailable", orderId: NOBODY });
    const answer = await api.buy("u1", { productId });
    expectRefusal(answer, 503, "UNAVAILABLE");
    expect(answer.body.details).to.deep.equal({ orderId: NOBODY });
  });

  it("INTERNAL for a fault nobody foresaw, whose words stay inside", async () => {
    const productId = await api.product();
    sinon.stub(api.sale, "purchase").rejects(new TypeError("secret words"));
    const answer = await api.buy("u1", { productId });
    expectRefusal(answer, 503, "INTERNAL");
    expect(JSON.stringify(answer.body)).not.to.contain("secret words");
    expect(api.lines.some(({ level, err }) => level === 50 && JSON.stringify(err).includes("secret words"))).to.be.true;
  });

  describe("INTERNAL with the order that may stand", () => {
    const broken = new TypeError("nobody foresaw this");
    const buyOnce = async () => api.buy("u1", { productId: await api.product() }, { "idempotency-key": "k" });

    it("where the store of the orders gave no answer that can be understood, after it had written", async () => {
      const { orders } = api.ports;
      const commit = orders.commit.bind(orders);
      sinon.stub(orders, "commit").callsFake(async (...batch) => {
        await commit(...batch);
        return [];
      });
      const answer = await buyOnce();
      expectRefusal(answer, 503, "INTERNAL");
      const found = await api.call(`/api/v1/sale/orders/${String(answer.body.details["orderId"])}?userId=u1`);
      expect(found.status).to.equal(200);
    });

    it("where the order that a key replays cannot be read", async () => {
      const productId = await api.product();
      const key = { "idempotency-key": "k" };
      const { data } = (await api.buy("u1", { productId }, key)).body;
      sinon.stub(api.ports.orders, "find").rejects(broken);
      const answer = await api.buy("u1", { productId }, key);
      expectRefusal(answer, 503, "INTERNAL");
      expect(answer.body.details).to.deep.equal({ orderId: data.orderId });
    });

    it("but without one where the store took nothing, or was never asked", async () => {
      const commit = sinon.stub(api.ports.orders, "commit").rejects(new StoreRejected("orders", { cause: broken }));
      const rejected = await buyOnce();
      expectRefusal(rejected, 503, "INTERNAL");
      expect(rejected.body.details).to.equal(undefined);
      commit.restore();
      sinon.stub(api.ports.admission, "admit").rejects(broken);
      const before = await buyOnce();
      expectRefusal(before, 503, "INTERNAL");
      expect(before.body.details).to.equal(undefined);
    });
  });

  it("comes in the order of the checks: body, identity, product, replay, window, price, limit, stock", async () => {
    const ended = await api.product({ saleStartAtMs: Date.now() - 2 * HOUR_MS, saleEndAtMs: Date.now() - HOUR_MS });
    expectRefusal(await api.post("/sale/purchase", { productId: NOBODY, colour: "red" }), 400, "INVALID_REQUEST");
    expectRefusal(
      await api.post("/sale/purchase", { productId: NOBODY, metadata: { a: "x".repeat(5_000) } }),
      400,
      "INVALID_REQUEST",
    );
    expectRefusal(await api.post("/sale/purchase", { productId: NOBODY }), 401, "UNAUTHENTICATED");
    expectRefusal(await api.buy("u1", { productId: ended, expectedPrice: 1 }), 400, "SALE_ENDED");
    const open = await api.product({ totalQuantity: 1 });
    const key = { "idempotency-key": "k" };
    await api.buy("u1", { productId: open }, key);
    expect((await api.buy("u1", { productId: open, expectedPrice: 1 }, key)).status).to.equal(200);
    expectRefusal(await api.buy("u1", { productId: open, quantity: 2 }, key), 422, "IDEMPOTENCY_KEY_REUSED");
    expectRefusal(
      await api.buy("u1", { productId: open, expectedPrice: 1 }, { "idempotency-key": "l" }),
      409,
      "PRICE_CHANGED",
    );
    expectRefusal(await api.buy("u1", { productId: open }, { "idempotency-key": "l" }), 403, "ALREADY_PURCHASED");
    expectRefusal(await api.buy("u2", { productId: open }), 400, "SOLD_OUT");
  });
});
