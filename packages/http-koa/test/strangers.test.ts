import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import { ADMIN_KEY, startApi, type Api, type Body } from "./api.js";

/** What a review that tried to break the API found, so that it stays mended. */
describe("what a stranger may try", () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const admin = { "x-admin-key": ADMIN_KEY };

  /** With headers as they are, also twice, which fetch would join. */
  const raw = async (path: string, headers: string[], body: string) => {
    const own = ["host", new URL(api.url).host, "content-length", String(Buffer.byteLength(body))];
    const sent = httpRequest(`${api.url}${path}`, { method: "POST", headers: [...own, ...headers] });
    const answered = new Promise<{ status: number | undefined; body: Body }>((resolve, reject) => {
      sent.once("error", reject).once("response", (response) => {
        text(response).then((json) => resolve({ status: response.statusCode, body: JSON.parse(json) as Body }), reject);
      });
    });
    sent.end(body);
    return answered;
  };

  for (const [what, metadata] of [
    ["an integer that JSON cannot hold", '{"ref":9007199254740993}'],
    ["a number that becomes infinite", '{"ref":1e400}'],
    ["U+0000", '{"a":["\\u0000"]}'],
  ] as const) {
    it(`keeps no metadata with ${what}: another would replay as the same; and says so before it asks who buys`, async () => {
      const productId = await api.product();
      const { status, body } = await api.post("/sale/purchase", `{"productId":"${productId}","metadata":${metadata}}`);
      expect([status, body.code]).to.deep.equal([400, "INVALID_REQUEST"]);
      expect(body.error).to.match(/^metadata must /);
    });
  }

  it("refuses a header that is given twice", async () => {
    const productId = await api.product();
    const headers = [
      "content-type",
      "application/json",
      "x-user-id",
      "u",
      "idempotency-key",
      "k1",
      "idempotency-key",
      "k2",
    ];
    const { status, body } = await raw("/api/v1/sale/purchase", headers, JSON.stringify({ productId }));
    expect([status, body.error]).to.deep.equal([400, "The header idempotency-key is given twice."]);
  });

  it("refuses a bad idempotency key before it asks who buys", async () => {
    const body = { productId: await api.product() };
    const answer = await api.post("/sale/purchase", body, { "idempotency-key": "k".repeat(65) });
    expect([answer.status, answer.body.code]).to.deep.equal([400, "INVALID_REQUEST"]);
  });

  it("knows routes in their own spelling alone, as a gateway in front does", async () => {
    expect((await api.call("/API/V1/sale/first")).body.code).to.equal("NOT_FOUND");
  });

  it("shows its metrics to no page that came here under another name", async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${api.url}/metrics`, { headers: { host: "evil.example" } }, (response) =>
        resolve(response.statusCode),
      )
        .once("error", reject)
        .end();
    });
    expect(status).to.equal(401);
    const forwarded = await fetch(`${api.url}/metrics`, { headers: { "x-forwarded-host": "shop.example" } });
    expect(forwarded.status).to.equal(401);
  });

  it("creates nothing while the hot store is away: a second attempt would put the same sale on twice", async () => {
    Object.assign(api.ports.loading, {
      lastEpoch: async () => {
        throw new StoreUnavailable("inventory", "none");
      },
    });
    const answer = await api.post("/admin/products", { name: "Console", price: 1, totalQuantity: 1 }, admin);
    expect([answer.status, answer.body.code]).to.deep.equal([503, "UNAVAILABLE"]);
    expect(await api.ports.products.page(null, 10)).to.deep.equal([]);
  });

  it("says to look first where a product may stand that could not be loaded", async () => {
    const { load } = api.ports.loading;
    Object.assign(api.ports.loading, {
      load: async () => {
        throw new StoreUnavailable("inventory", "none");
      },
    });
    const answer = await api.post("/admin/products", { name: "Console", price: 1, totalQuantity: 1 }, admin);
    Object.assign(api.ports.loading, { load });
    expect(answer.status).to.equal(503);
    expect(answer.body.error).to.match(/Look at what stands/);
    expect(await api.ports.products.page(null, 10)).to.have.lengthOf(1);
  });

  it("makes thirty changes of one moment, each in its turn", async () => {
    const id = await api.product({ totalQuantity: 1_000 });
    const patch = (totalQuantity: number) =>
      api.call(`/api/v1/admin/products/${id}`, {
        method: "PATCH",
        headers: { "content-type": "application/json", ...admin },
        body: JSON.stringify({ totalQuantity }),
      });
    const answers = await Promise.all(Array.from({ length: 30 }, (_, number) => patch(1_000 - number)));
    expect(answers.map(({ status }) => status)).to.deep.equal(Array.from({ length: 30 }, () => 200));
    expect((await api.sale.saleStatus(id))?.stock.totalQuantity).to.equal(971);
  });

  it("is told what a change without anything to change lacks", async () => {
    const id = await api.product();
    const answer = await api.call(`/api/v1/admin/products/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json", ...admin },
      body: "{}",
    });
    expect(answer.body.error).to.match(/must change something: name/);
  });
});
