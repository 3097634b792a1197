// The k6 scripts without k6: their modules are stood in for, so that what they send, expect and record can be looked at.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { readRecord } from "../audit/answers.js";

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly params: { readonly headers: Record<string, string> };
}

interface SaleModule {
  readonly thresholds: Record<string, string[]>;
  findSale(): { productId: string };
  buy(productId: string, n: number, clicks: { id: string; userId: string; key?: string }[]): unknown[];
}

const source = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8");

const PRODUCT = "018f0000-0000-7000-8000-000000000001";
const VIEW = { productId: PRODUCT, status: "active", availableQuantity: 200 };

/** Loads k6/sale.js as k6 would. `answers`: to the purchases, in turn. */
const load = (env: Record<string, string>, answers: { status: number; body: string | null }[] = []) => {
  const [sent, lines, asked]: [Sent[], string[], string[]] = [[], [], []];
  let expected: number[] = [];
  class Metric {
    add = (): void => undefined;
  }
  const http = {
    expectedStatuses: (...statuses: number[]) => statuses,
    setResponseCallback: (statuses: number[]) => void (expected = statuses),
    get(url: string) {
      asked.push(url);
      return { status: 200, json: () => VIEW };
    },
    batch(requests: Sent[]) {
      sent.push(...requests);
      return requests.map(() => answers.shift());
    },
  };
  const code = source("k6/sale.js")
    .replaceAll(/^import .*$/gm, "")
    .replaceAll(/^export /gm, "");
  const globals = { __ENV: env, http, Counter: Metric, Rate: Metric, check: () => true, exec: {} };
  const sale = runInNewContext(`${code}\n({ thresholds, findSale, buy })`, {
    ...globals,
    console: { log: (line: string) => void lines.push(line) },
  }) as SaleModule;
  return { sale, sent, lines, asked, expected: () => expected };
};

describe("The k6 scripts", () => {
  it("count 200, 201, 400 and 403 as expected, and hold the seed's thresholds", () => {
    const { sale, expected } = load({});
    expect([...expected()]).to.deep.equal([200, 201, 400, 403]);
    const { http_req_failed, http_req_duration, purchases_sold } = sale.thresholds;
    expect([http_req_failed?.[0], http_req_duration?.[0]]).to.deep.equal(["rate<0.05", "p(95)<800"]);
    expect(purchases_sold?.[0]).to.equal("count==200");
    for (const script of ["flash-sale-k6.js", "spike-k6.js"]) {
      expect(source(script)).to.match(/^ {2}scenarios: \{$/m);
      expect(source(script)).to.match(/^ {2}thresholds(,|: \{ \.\.\.thresholds,)/m);
    }
  });

  it("discover the newest product by GET /sale/first, at http://localhost:3000/api/v1.0 or BASE_URL", () => {
    const byDefault = load({});
    expect(byDefault.sale.findSale().productId).to.equal(PRODUCT);
    expect(byDefault.asked).to.deep.equal(["http://localhost:3000/api/v1.0/sale/first"]);
    const elsewhere = load({ BASE_URL: "http://a:1/api/v1/" });
    elsewhere.sale.findSale();
    expect(elsewhere.asked).to.deep.equal(["http://a:1/api/v1/sale/first"]);
  });

  it("record nothing unless they are told to", () => {
    const { sale, lines } = load({}, [{ status: 201, body: "{}" }]);
    sale.findSale();
    sale.buy(PRODUCT, 0, [{ id: "0-0", userId: "u1" }]);
    expect(lines).to.deep.equal([]);
  });

  it("record every purchase before it is sent and once it is answered, as the audit reads it", () => {
    const { sale, sent, lines } = load({ RECORD_ANSWERS: "true", BASE_URLS: "http://a:1,http://b:1" }, [
      { status: 201, body: JSON.stringify({ success: true, data: { orderId: "order-1" } }) },
      { status: 503, body: JSON.stringify({ code: "UNAVAILABLE", details: { orderId: "order-2" } }) },
      { status: 502, body: "<html>" },
      { status: 0, body: null },
    ]);
    sale.findSale();
    const clicks = ["u1", "u2", "u3", "u4"].map((userId, at) => ({
      id: `0-${String(at)}`,
      userId,
      key: `k-${userId}`,
    }));
    sale.buy(PRODUCT, 0, clicks);
    const about = (userId: string) => ({ userId, key: `k-${userId}`, quantity: 1 });
    expect(readRecord(lines.join("\n"))).to.deep.equal({
      productId: PRODUCT,
      asked: [
        { ...about("u1"), answer: { status: 201, code: null, orderId: "order-1" } },
        { ...about("u2"), answer: { status: 503, code: "UNAVAILABLE", orderId: "order-2" } },
        { ...about("u3"), answer: { status: 502, code: null, orderId: null } },
        { ...about("u4"), answer: { status: 0, code: null, orderId: null } },
      ],
    });
    expect(lines.slice(1, 5).every((line) => line.includes("userId"))).to.equal(true);
    expect(sent.slice(0, 2).map(({ url }) => url)).to.deep.equal([
      "http://a:1/sale/purchase",
      "http://b:1/sale/purchase",
    ]);
    expect(sent[0]?.params.headers).to.include({ "x-user-id": "u1", "idempotency-key": "k-u1" });
  });
});
