import type Router from "@koa/router";
import { Validator } from "@seriousme/openapi-schema-validator";
import { LIMITS, MAX_PRICE_MINOR } from "@flash-sale/core";
import { expect } from "chai";
import { STATUS_OF, type Code } from "#src/answer.js";
import { REFUSALS } from "#src/openapi/refusals.js";
import { openApiDocument, operations } from "#src/openapi.js";
import { adminOf } from "./admin.js";
import { ADMIN_KEY, startApi, type Api } from "./api.js";
import { expectDocumented, operationOf } from "./documented.js";

/** A document as its reader sees it: typed by hope. */
interface Document {
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly components: { readonly schemas: Readonly<Record<string, unknown>>; readonly securitySchemes: object };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}
interface OperationObject {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}
interface ResponseObject {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly examples?: Readonly<Record<string, { value: unknown }>> }>>;
}
interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly [more: string]: unknown;
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
);

describe("the API's document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(valid, JSON.stringify(errors)).to.equal(true);
    expect([validator.version, document.openapi]).to.deep.equal(["3.1", "3.1.0"]);
  });

  it("is served as it is made", async () => {
    const api = await startApi();
    expect((await api.call("/api/docs/openapi.json")).body).to.deep.equal(document);
    await api.close();
  });

  it("has every route of the router, and no other", async () => {
    const api = await startApi();
    const { router } = api.app.middleware.find((one) => "router" in one) as unknown as { router: Router };
    const routes = router.stack.flatMap(({ path, methods }) =>
      methods
        .filter((method) => method !== "HEAD")
        .map(
          (method) =>
            `${method} ${String(path)
              .replace("{.0}", "")
              .replaceAll(/:(\w+)/g, "{$1}")}`,
        ),
    );
    await api.close();
    expect(all.map(({ name }) => name).sort()).to.deep.equal(routes.sort());
    expect(new Set(all.map(({ operation }) => operation.operationId)).size).to.equal(all.length);
  });

  it("has every code with its status, as a schema and in the table, and as an answer with an example", () => {
    const seen = new Set<string>(["METHOD_NOT_ALLOWED"]);
    for (const { name, operation } of all) {
      for (const [status, { content, headers }] of Object.entries(operation.responses)) {
        expect(headers, name).to.include.keys("X-Request-Id");
        if (status === "429" || status === "503") expect(headers, name).to.include.keys("Retry-After");
        for (const [code, { value }] of Object.entries(content?.["application/json"]?.examples ?? {})) {
          expect(STATUS_OF[code as Code], `${name} ${code}`).to.equal(Number(status));
          expect(REFUSALS.get(code as Code)!.parse(value)).to.deep.equal(value);
          seen.add(code);
        }
      }
    }
    expect([...seen].sort()).to.deep.equal(Object.keys(STATUS_OF).sort());
    for (const [code, status] of Object.entries(STATUS_OF)) {
      expect(document.info.description).to.contain(`| ${status} | \`${code}\` |`);
      expect(
        Object.values(document.components.schemas).some((schema) => JSON.stringify(schema).includes(`["${code}"]`)),
      ).to.be.true;
    }
  });

  it("states every maximum", () => {
    const bodyOf = (name: string) =>
      all.find(({ operation }) => operation.operationId === name)!.operation.requestBody!.content["application/json"]!
        .schema.properties;
    for (const name of ["createProduct", "changeProduct"]) {
      const fields = bodyOf(name);
      expect(fields["name"]).to.include({ minLength: 1, maxLength: LIMITS.nameLength });
      expect(fields["description"]).to.include({ maxLength: LIMITS.descriptionLength });
      expect(fields["price"]).to.include({ minimum: 0, maximum: MAX_PRICE_MINOR });
      expect(fields["totalQuantity"]).to.include({ minimum: 1, maximum: LIMITS.totalQuantity });
      expect(fields["perUserLimit"]).to.include({ minimum: 1, maximum: LIMITS.perUserLimit });
    }
    const wish = bodyOf("purchase");
    expect(wish["quantity"]).to.include({ minimum: 1, maximum: LIMITS.totalQuantity });
    expect(wish["userId"]).to.include({ maxLength: 64 });
    expect(wish["metadata"]!["description"]).to.contain(String(LIMITS.metadataBytes));
    const parametersOf = (name: string) =>
      new Map(
        all
          .find(({ operation }) => operation.operationId === name)!
          .operation.parameters.map((one) => [one.name, one.schema]),
      );
    expect(parametersOf("purchase").get("Idempotency-Key")).to.include({ maxLength: LIMITS.keyLength });
    expect(parametersOf("listProducts").get("limit")).to.include({ minimum: 1, maximum: 200, default: 50 });
    expect(parametersOf("listOrders").get("limit")).to.include({ minimum: 1, maximum: 1_000, default: 100 });
    expect(document.info.description).to.contain("16384 bytes");
  });

  it("names every way to say who one is", () => {
    expect(document.components.securitySchemes).to.have.all.keys("userHeader", "userQuery", "bearer", "adminKey");
    const { security } = document.paths["/api/v1/admin/orders"]!["get"] as unknown as { security: object[] };
    expect(security).to.deep.equal([{ adminKey: [] }, { bearer: [] }]);
  });

  it("lets no answer pass that it does not have: another status, code, field or type", () => {
    const data = { productId: "x", epoch: 1, rebuilt: true };
    const path = "/api/v1/admin/products/x/rebuild";
    const answer = (status: number, body: object) => () => {
      expectDocumented("POST", path, status, body);
    };
    answer(200, { success: true, data })();
    answer(404, { success: false, error: "None.", code: "PRODUCT_NOT_FOUND" })();
    for (const [status, body] of [
      [201, { success: true, data }],
      [200, { success: true, data: { ...data, more: 1 } }],
      [200, { success: true, data: { ...data, epoch: "1" } }],
      [200, { success: true, data: { productId: "x" } }],
      [200, data],
      [404, { success: false, error: "None.", code: "ORDER_NOT_FOUND" }],
      [400, { success: false, error: "None.", code: "PRODUCT_NOT_FOUND" }],
      [404, { success: false, error: "None.", code: "PRODUCT_NOT_FOUND", details: {} }],
    ] as const) {
      expect(answer(status, body), JSON.stringify(body)).to.throw();
    }
  });

  it("has the answers that the running app gives, every one of every route", async () => {
    const api = await startApi();
    const away = await startApi({
      stores: [{ name: "Redis", where: "", ask: () => Promise.reject(new Error("away")) }],
    });
    const given = new Set<string>();
    await walk(api, given);
    // Each call holds its answer against the document: see documented.ts.
    given.add(`getReady ${(await away.call("/ready")).status}`);
    await Promise.all([api.close(), away.close()]);
    const promised = operations.flatMap(({ name, answers }) =>
      Object.keys(answers).map((status) => `${name} ${status}`),
    );
    expect([...given].sort()).to.deep.equal(promised.sort());
  });
});

/** Asks for every answer that is no refusal, and notes which came. */
async function walk(api: Api, given: Set<string>): Promise<void> {
  const note = (method: string, path: string, status: number): void => {
    given.add(`${operationOf(method, path)?.name} ${status}`);
  };
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await api.call(path, {
      method,
      headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY, "x-user-id": "u1", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    note(method, path, answer.status);
    return answer.body.data;
  };
  const admin = "/api/v1/admin";
  const { id } = await call("POST", `${admin}/products`, { name: "Console", price: 499, totalQuantity: 10 });
  await call("POST", `${admin}/products`, { name: "Console", description: "New", price: 1, totalQuantity: 1 });
  const { orderId } = await call("POST", "/api/v1/sale/purchase", { productId: id }, { "idempotency-key": "k" });
  await call("POST", "/api/v1.0/sale/purchase", { productId: id }, { "idempotency-key": "k" });
  for (const path of ["first", "status", `status/${id}`, `user/status?productId=${id}`, `orders/${orderId}`]) {
    await call("GET", `/api/v1/sale/${path}`);
  }
  await call("GET", `${admin}/products?limit=1`);
  await call("GET", `${admin}/products/${id}`);
  await call("PATCH", `${admin}/products/${id}`, { totalQuantity: 9 });
  await call("POST", `${admin}/products/${id}/reconcile`);
  await call("POST", `${admin}/products/${id}/rebuild`);
  await call("GET", `${admin}/orders`);
  await adminOf(api.url).post(`/orders/${orderId}/cancel`);
  await call("POST", `${admin}/orders/${orderId}/cancel`);
  await call("GET", `/api/v1/sale/user/status?productId=${id}`);
  for (const path of ["/health", "/ready", "/api/docs/openapi.json"]) await call("GET", path);

  const [asset = ""] = /assets\/[^"]+/.exec(await (await fetch(api.url)).text()) ?? [];
  const pages = ["/", "/admin", `/${asset}`, "/api/docs", "/api/docs/start.js"];
  for (const path of ["/metrics", ...pages, `/api/v1/sale/stream/${id}`]) {
    const abort = new AbortController();
    const { status } = await fetch(api.url + path, { signal: abort.signal });
    note("GET", path, status);
    abort.abort();
  }
  const views = ["first", "status", `status/${id}`].map((view) => `/api/v1/sale/${view}`);
  for (const path of [...pages, "/api/docs/openapi.json", ...views]) {
    const { headers } = await fetch(api.url + path);
    const known = { "if-none-match": headers.get("etag") ?? "", "cache-control": "max-age=0" };
    note("GET", path, (await fetch(api.url + path, { headers: known })).status);
  }
}
