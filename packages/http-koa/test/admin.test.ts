import { expect } from "chai";
import { adminOf, type AdminCalls } from "./admin.js";
import { ADMIN_KEY, startApi, type Answer, type Api } from "./api.js";

const NOBODY = "0190a5a0-0000-7000-8000-000000000000";
const HOUR_MS = 3_600_000;

describe("the admin routes", () => {
  let api: Api;
  let admin: AdminCalls;
  beforeEach(async () => {
    api = await startApi();
    admin = adminOf(api.url);
  });
  afterEach(() => api.close());

  const expectRefusal = (answer: Answer, status: number, code: string, field?: string): void => {
    expect([answer.status, answer.body.code], JSON.stringify(answer.body)).to.deep.equal([status, code]);
    if (field !== undefined) expect(answer.body.details["field"]).to.equal(field);
  };

  describe("of a product", () => {
    it("show it with its live stock, held and sold units, and drift", async () => {
      const id = await api.product({ description: "New", totalQuantity: 5, perUserLimit: 3 });
      await api.buy("u1", { productId: id, quantity: 2 });
      const { status, body } = await admin.get(`/products/${id.toUpperCase()}`);
      const { saleStartAt, saleEndAt, ...product } = body.data;
      expect([status, Date.parse(saleEndAt) - Date.parse(saleStartAt)]).to.deep.equal([200, 2 * HOUR_MS]);
      expect(product).to.deep.equal({
        ...{
          id,
          name: "Console",
          description: "New",
          status: "active",
          price: 49.99,
          currency: "USD",
          perUserLimit: 3,
        },
        ...{ availableQuantity: 3, totalQuantity: 5, soldQuantity: 2, available: 3, held: 0, sold: 2, drift: 0 },
      });
    });

    it("list products in pages, each product once, the oldest first", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(await api.product({ name: `Product ${n}` }));
      ids.sort();
      const first = await admin.page("/products?limit=2");
      expect(first.items.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
      expect((await admin.all("/products?limit=2")).map(({ id }) => id)).to.deep.equal(ids);
      // A last page that is full is known to be the last.
      expect((await admin.page("/products?limit=5")).nextCursor).to.equal(null);
      expect((await admin.page("/products")).items).to.have.lengthOf(5);
    });

    it("list 50 products a page where no limit is given", async () => {
      await api.sale.createProducts(
        Array.from({ length: 51 }, (_, n) => ({ name: `Product ${n}`, price: 1, totalQuantity: 1 })),
      );
      const page = await admin.page("/products");
      expect([page.items.length, typeof page.nextCursor]).to.deep.equal([50, "string"]);
      expect((await admin.page("/products?limit=200")).items).to.have.lengthOf(51);
    });

    it("change name, description, price, window, total and limit at once, and the hot stock follows", async () => {
      const id = await api.product({ description: "New", totalQuantity: 5 });
      await api.buy("u1", { productId: id });
      const change = {
        ...{ name: "Console 2", description: null, price: 59.5, totalQuantity: 9, perUserLimit: 4 },
        ...{ saleStartAt: "2020-01-31T18:00:00+02:00", saleEndAt: "2099-01-31T18:00:00.5Z" },
      };
      const { status, body } = await admin.patch(`/products/${id}`, change);
      expect(status).to.equal(200);
      expect(body.data).to.include({
        ...{ id, name: "Console 2", description: null, price: 59.5, totalQuantity: 9, perUserLimit: 4 },
        ...{ saleStartAt: "2020-01-31T16:00:00.000Z", saleEndAt: "2099-01-31T18:00:00.500Z" },
        ...{ available: 8, sold: 1, held: 0, drift: 0, status: "active" },
      });
      expect((await admin.get(`/products/${id}`)).body).to.deep.equal(body);
      const bought = await api.buy("u2", { productId: id, quantity: 4 });
      expect(bought.body.data).to.include({ price: 59.5, total: 238 });
    });

    it("leave what a change does not name, and take an empty description", async () => {
      const id = await api.product({ description: "New" });
      const before = (await admin.get(`/products/${id}`)).body.data;
      const { body } = await admin.patch(`/products/${id}`, { description: "" });
      expect(body.data).to.deep.equal({ ...before, description: "" });
    });

    it("refuse a total below what is sold or held, with the smallest that is possible, and nothing changes", async () => {
      const id = await api.product({ totalQuantity: 5, perUserLimit: 3 });
      await api.buy("u1", { productId: id, quantity: 3 });
      const before = (await admin.get(`/products/${id}`)).body.data;
      const answer = await admin.patch(`/products/${id}`, { name: "Other", totalQuantity: 2 });
      expectRefusal(answer, 409, "TOTAL_TOO_LOW");
      expect(answer.body.details).to.deep.equal({ smallest: 3 });
      expect((await admin.get(`/products/${id}`)).body.data).to.deep.equal(before);
      expect((await admin.patch(`/products/${id}`, { totalQuantity: 3 })).body.data).to.include({
        ...{ status: "sold_out", available: 0, drift: 0 },
      });
    });

    const wrong: [string, unknown, string][] = [
      ["nothing to change", {}, "body"],
      ["an empty body", "", "body"],
      ["JSON that is no object", [], "body"],
      ["an unknown field", { colour: "red" }, "colour"],
      ["the currency, which never changes", { currency: "EUR" }, "currency"],
      ["an empty name", { name: "" }, "name"],
      ["a name of null", { name: null }, "name"],
      ["a name of 201 characters", { name: "x".repeat(201) }, "name"],
      ["a name with U+0000", { name: "a\0" }, "name"],
      ["a description of 5,001 characters", { description: "x".repeat(5_001) }, "description"],
      ["a negative price", { price: -0.01 }, "price"],
      ["a price above the maximum", { price: 1_000_000_001 }, "price"],
      ["a price far above it", { price: 1e300 }, "price"],
      ["a price of three decimals", { price: 1.005 }, "price"],
      ["a total of 0", { totalQuantity: 0 }, "totalQuantity"],
      ["a total above the maximum", { totalQuantity: 100_000_001 }, "totalQuantity"],
      ["a total of 1.5", { totalQuantity: 1.5 }, "totalQuantity"],
      ["a limit above the maximum", { perUserLimit: 101 }, "perUserLimit"],
      ["a start without an offset", { saleStartAt: "2030-01-31T18:00:00" }, "saleStartAt"],
      ["an end before the start that stands", { saleEndAt: "2020-01-31T18:00:00Z" }, "saleEndAt"],
      ["a start after the end that stands", { saleStartAt: "2099-01-31T18:00:00Z" }, "saleEndAt"],
      ["a key given twice", '{"name":"a","name":"b"}', "body"],
    ];
    for (const [what, body, field] of wrong) {
      it(`refuse a change with ${what}, and nothing changes`, async () => {
        const id = await api.product();
        const before = (await admin.get(`/products/${id}`)).body.data;
        expectRefusal(await admin.patch(`/products/${id}`, body), 400, "INVALID_REQUEST", field);
        expect((await admin.get(`/products/${id}`)).body.data).to.deep.equal(before);
      });
    }

    it("reconcile: look with an empty body, repair with fix", async () => {
      const id = await api.product({ totalQuantity: 5 });
      await api.buy("u1", { productId: id });
      const product = (await api.ports.products.find(id))!;
      const stock = { epoch: product.epoch, total: 5, committed: 1 };
      const sound = await admin.post(`/products/${id}/reconcile`);
      expect([sound.status, sound.body.data]).to.deep.equal([
        200,
        { productId: id, ...stock, available: 4, held: 0, purchased: 1, soldQuantity: 1, drift: [], fixed: false },
      ]);

      // The inventory is loaded anew as if nothing had been sold: a lost buyer, and a unit too many.
      const { loading, orders } = api.ports;
      await loading.load(id, product.epoch + 1, product, 0);
      await orders.withLedger(id, (ledger) => ledger.moveEpoch(product.epoch + 1));
      await loading.finishTeaching(id, product.epoch + 1);
      const found = await admin.post(`/products/${id}/reconcile`, {});
      expect(found.body.data["drift"]).to.deep.equal([
        { kind: "purchased", expected: 1, found: 0 },
        { kind: "buyer", userId: "u1", expected: 1, found: null },
      ]);
      expect((await admin.post(`/products/${id}/reconcile`, { fix: false })).body.data["fixed"]).to.equal(false);
      expect((await admin.post(`/products/${id}/reconcile`, { fix: true })).body.data["fixed"]).to.equal(true);
      const mended = await admin.post(`/products/${id}/reconcile`);
      expect(mended.body.data).to.include({ available: 4, purchased: 1, fixed: false });
      expect(mended.body.data["drift"]).to.deep.equal([]);
      expectRefusal(await api.buy("u1", { productId: id }), 403, "ALREADY_PURCHASED");
    });

    it("rebuild: a new inventory, also where the old one looks whole", async () => {
      const id = await api.product();
      const { epoch } = (await api.ports.products.find(id))!;
      const { status, body } = await admin.post(`/products/${id}/rebuild`);
      expect([status, Object.keys(body.data)]).to.deep.equal([200, ["productId", "epoch", "rebuilt"]]);
      expect(body.data).to.include({ productId: id, rebuilt: true });
      expect(body.data["epoch"]).to.be.greaterThan(epoch);
      expect((await api.ports.products.find(id))!.epoch).to.equal(body.data["epoch"]);
      expect((await admin.get(`/products/${id}`)).body.data).to.include({ available: 10, drift: 0 });
    });
  });

  describe("of orders", () => {
    it("list purchases by product and number, in keyset pages, of all, of a product, of a user", async () => {
      const ids = [await api.product({ perUserLimit: 3 }), await api.product({ perUserLimit: 3 })].sort();
      const [one, other] = [ids[0]!, ids[1]!];
      const bought = [];
      for (const [userId, productId] of [
        ["u1", one],
        ["u2", one],
        ["u1", one],
        ["u1", other],
        ["u3", other],
      ] as const) {
        bought.push((await api.buy(userId, { productId })).body.data);
      }
      expect(await admin.all("/orders?limit=2")).to.deep.equal(bought);
      expect(await admin.all("/orders?limit=1")).to.deep.equal(bought);
      expect(await admin.all(`/orders?limit=2&productId=${one.toUpperCase()}`)).to.deep.equal(bought.slice(0, 3));
      expect(await admin.all("/orders?limit=1&userId=u1")).to.deep.equal([bought[0], bought[2], bought[3]]);
      expect(await admin.all(`/orders?userId=u1&productId=${other}`)).to.deep.equal([bought[3]]);
      expect(await admin.page(`/orders?productId=${NOBODY}`)).to.deep.equal({ items: [], nextCursor: null });
      expect((await admin.page("/orders?limit=5")).nextCursor).to.equal(null);
    });

    it("list 100 orders a page where no limit is given", async () => {
      const productId = await api.product({ totalQuantity: 101 });
      for (let n = 0; n < 101; n += 1) await api.buy(`u${n}`, { productId });
      const page = await admin.page("/orders");
      expect([page.items.length, typeof page.nextCursor]).to.deep.equal([100, "string"]);
      expect((await admin.page("/orders?limit=1000")).items).to.have.lengthOf(101);
    });

    it("with after are a feed: the orders of the product with a greater number, which goes on where it ended", async () => {
      const productId = await api.product();
      const bought = [];
      for (let n = 0; n < 4; n += 1) bought.push((await api.buy(`u${n}`, { productId })).body.data);
      const feed = (after: number, more = "") => admin.page(`/orders?productId=${productId}&after=${after}${more}`);
      expect(await feed(0)).to.deep.equal({ items: bought, nextCursor: null });
      const first = await feed(1, "&limit=2");
      expect(first.items).to.deep.equal(bought.slice(1, 3));
      expect((await feed(first.items.at(-1)!.number)).items).to.deep.equal(bought.slice(3));
      expect((await admin.page(`/orders?productId=${productId}&cursor=${first.nextCursor}`)).items).to.deep.equal(
        bought.slice(3),
      );
      expect(await feed(4)).to.deep.equal({ items: [], nextCursor: null });
      expect((await feed(0, "&userId=u2")).items).to.deep.equal([bought[2]]);
    });

    it("cancel: the units go back on sale once, and the second cancel answers the same order", async () => {
      const productId = await api.product({ totalQuantity: 2, perUserLimit: 2 });
      const key = { "idempotency-key": "k" };
      const { data } = (await api.buy("u1", { productId, quantity: 2 }, key)).body;
      expectRefusal(await api.buy("u2", { productId }), 400, "SOLD_OUT");
      const first = await admin.post(`/orders/${data.orderId.toUpperCase()}/cancel`);
      expect([first.status, first.body]).to.deep.equal([
        200,
        { success: true, data: { ...data, status: "cancelled" } },
      ]);
      const second = await admin.post(`/orders/${data.orderId}/cancel`, {});
      expect([second.status, second.body]).to.deep.equal([200, first.body]);
      const { body } = await admin.get(`/products/${productId}`);
      expect(body.data).to.include({ available: 2, sold: 0, drift: 0, status: "active" });
      expect(await admin.all("/orders")).to.deep.equal([first.body.data]);

      // To its buyer: shown, counted for nothing, and replayed as what it is.
      const mine = (await api.call(`/api/v1/sale/user/status?productId=${productId}&userId=u1`)).body.data;
      expect(mine).to.include({ hasPurchased: false, unitsLeft: 2 });
      expect(mine.order).to.deep.include({ id: data.orderId, status: "cancelled", quantity: 2 });
      const replay = await api.buy("u1", { productId, quantity: 2 }, key);
      expect([replay.status, replay.body.data.status]).to.deep.equal([200, "cancelled"]);
      expect((await api.call(`/api/v1/sale/orders/${data.orderId}?userId=u1`)).body).to.deep.equal(first.body);
    });

    it("cancel leaves what else the buyer has: order is the newest, orders are all, completed ones count", async () => {
      const productId = await api.product({ perUserLimit: 3 });
      const first = (await api.buy("u1", { productId })).body.data;
      const second = (await api.buy("u1", { productId, quantity: 2 })).body.data;
      await admin.post(`/orders/${second.orderId}/cancel`);
      const { data } = (await api.call(`/api/v1/sale/user/status?productId=${productId}&userId=u1`)).body;
      expect(data.orders.map(({ id }) => id)).to.deep.equal([second.orderId, first.orderId]);
      expect(data.order).to.deep.include({ id: second.orderId, status: "cancelled" });
      expect(data).to.include({ hasPurchased: true, unitsLeft: 2 });
    });
  });

  describe("refuse", () => {
    const notFound: [string, string, string, string][] = [
      ["GET", `/products/${NOBODY}`, "", "PRODUCT_NOT_FOUND"],
      ["PATCH", `/products/${NOBODY}`, '{"name":"a"}', "PRODUCT_NOT_FOUND"],
      ["POST", `/products/${NOBODY}/reconcile`, "", "PRODUCT_NOT_FOUND"],
      ["POST", `/products/${NOBODY}/rebuild`, "", "PRODUCT_NOT_FOUND"],
      ["POST", `/orders/${NOBODY}/cancel`, "", "ORDER_NOT_FOUND"],
    ];
    const call = (method: string, path: string, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
      api.call(`/api/v1/admin${path}`, {
        method,
        headers: { ...(body !== "" && { "content-type": "application/json" }), ...headers },
        ...(body !== "" && { body }),
      });
    const key = { "x-admin-key": ADMIN_KEY };

    for (const [method, path, body, code] of notFound) {
      it(`${method} ${path} with ${code}`, async () => {
        expectRefusal(await call(method, path, body, key), 404, code);
      });

      it(`${method} ${path} with 400 for what is no id`, async () => {
        expectRefusal(await call(method, path.replace(NOBODY, "1"), body, key), 400, "INVALID_REQUEST");
      });
    }

    const routes: [string, string, string][] = [
      ["POST", "/products", "{"],
      ["GET", "/products", ""],
      ["GET", "/orders", ""],
      ...notFound.map(([method, path]): [string, string, string] => [method, path, method === "GET" ? "" : "{"]),
    ];
    for (const [method, path, body] of routes) {
      it(`${method} ${path} without the key, or with a wrong one, before the body is read`, async () => {
        expectRefusal(await call(method, path, body), 401, "UNAUTHENTICATED");
        expectRefusal(await call(method, path, body, { "x-admin-key": "wrong" }), 403, "FORBIDDEN");
      });

      it(`${method} ${path} with an unknown query parameter, which is named`, async () => {
        const answer = await call(method, `${path}?colour=red`, body === "" ? "" : "{}", key);
        expectRefusal(answer, 400, "INVALID_REQUEST", "colour");
        expect(answer.body.error).to.contain('Unknown query parameter "colour"');
      });
    }

    it("a body where none is taken, an unknown field, and a fix that is no truth value", async () => {
      const id = await api.product();
      const { body } = await api.buy("u1", { productId: id });
      expectRefusal(await admin.post(`/products/${id}/reconcile`, { fix: "yes" }), 400, "INVALID_REQUEST", "fix");
      expectRefusal(await admin.post(`/products/${id}/reconcile`, { repair: true }), 400, "INVALID_REQUEST", "repair");
      expectRefusal(await admin.post(`/products/${id}/rebuild`, { fix: true }), 400, "INVALID_REQUEST", "fix");
      const cancel = `/orders/${body.data.orderId}/cancel`;
      expectRefusal(await admin.post(cancel, { reason: "x" }), 400, "INVALID_REQUEST", "reason");
      expect((await admin.get(`/products/${id}`)).body.data["sold"]).to.equal(1);
    });

    it("cursors that no page gave, and limits out of range", async () => {
      for (let n = 0; n < 2; n += 1) await api.buy("u1", { productId: await api.product() });
      const { nextCursor: ofProducts } = await admin.page("/products?limit=1");
      const { nextCursor: ofOrders } = await admin.page("/orders?limit=1");
      const wrong: [string, string][] = [
        ["/products?cursor=", "cursor"],
        ["/products?cursor=x", "cursor"],
        [`/products?cursor=${ofOrders}`, "cursor"],
        [`/products?cursor=${ofProducts}=`, "cursor"],
        [`/products?cursor=${"x".repeat(5_000)}`, "cursor"],
        [`/orders?cursor=${ofProducts}`, "cursor"],
        [`/orders?cursor=${ofOrders}A`, "cursor"],
        [`/orders?cursor=${Buffer.from(`o ${NOBODY} 0`).toString("base64url")}`, "cursor"],
        [`/orders?cursor=${ofOrders}&productId=${NOBODY}`, "cursor"],
        ...["0", "201", "-1", "1.5", "", "x", "1e2", "99999999999999999999"].map((limit): [string, string] => [
          `/products?limit=${limit}`,
          "limit",
        ]),
        ["/orders?limit=0", "limit"],
        ["/orders?limit=1001", "limit"],
      ];
      for (const [path, field] of wrong) expectRefusal(await admin.get(path), 400, "INVALID_REQUEST", field);
      expectRefusal(await admin.get("/products?limit=1&limit=2"), 400, "INVALID_REQUEST");
    });

    it("after without productId, with cursor, or that is no number; ids of other forms", async () => {
      const productId = await api.product({ perUserLimit: 2 });
      for (let n = 0; n < 2; n += 1) await api.buy("u1", { productId });
      const { nextCursor } = await admin.page("/orders?limit=1");
      const wrong: [string, string][] = [
        ["/orders?after=0", "after"],
        [`/orders?after=0&productId=${productId}&cursor=${nextCursor}`, "after"],
        [`/orders?after=0&cursor=${nextCursor}`, "after"],
        ...["", "-1", "x", "1.5", "9007199254740992"].map((after): [string, string] => [
          `/orders?productId=${productId}&after=${after}`,
          "after",
        ]),
        ["/orders?productId=1", "productId"],
        ["/orders?userId=a%20b", "userId"],
      ];
      for (const [path, field] of wrong) expectRefusal(await admin.get(path), 400, "INVALID_REQUEST", field);
      expect((await admin.page(`/orders?productId=${productId}&after=9007199254740991`)).items).to.deep.equal([]);
    });
  });
});
