import { expect } from "chai";
import { Counter, Histogram, Registry } from "prom-client";
import { consoleModule } from "./admin-console-modules.js";

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}
interface Bucket {
  readonly upTo: number;
  readonly count: number;
}
interface Rates {
  readonly purchasesASecond: number;
  readonly refusalsASecond: ReadonlyMap<string, number>;
  readonly p50: number | null;
  readonly p99: number | null;
}

const ROUTE = "/api/v1{.0}/sale/purchase";

describe("the admin console's figures", () => {
  let parseMetrics: (text: string) => Sample[];
  let histogramQuantile: (quantile: number, buckets: readonly Bucket[]) => number | null;
  let purchaseRates: (before: object, now: object) => Rates | null;
  let csvLine: (order: object) => string;
  let withOffset: (local: string) => string | null;
  before(async () => {
    ({ parseMetrics } = (await consoleModule("metrics-text")) as { parseMetrics: typeof parseMetrics });
    ({ histogramQuantile } = (await consoleModule("histogram-quantile")) as {
      histogramQuantile: typeof histogramQuantile;
    });
    ({ purchaseRates } = (await consoleModule("purchase-rates")) as { purchaseRates: typeof purchaseRates });
    ({ csvLine } = (await consoleModule("orders-csv")) as { csvLine: typeof csvLine });
    ({ withOffset } = (await consoleModule("local-time")) as { withOffset: typeof withOffset });
  });

  describe("reading Prometheus' text", () => {
    it("reads names, labels and values, and passes comments over", () => {
      const text = [
        "# HELP a_total Some.",
        "# TYPE a_total counter",
        'a_total{outcome="purchased"} 12',
        "up 1 1700000000000",
        "",
        'b{le="+Inf",route="/x"} 1e3',
      ].join("\n");
      expect(parseMetrics(text)).to.deep.equal([
        { name: "a_total", labels: new Map([["outcome", "purchased"]]), value: 12 },
        { name: "up", labels: new Map(), value: 1 },
        {
          name: "b",
          labels: new Map([
            ["le", "+Inf"],
            ["route", "/x"],
          ]),
          value: 1_000,
        },
      ]);
    });

    it("reads braces, commas, quotes and line breaks within a label", () => {
      const [sample] = parseMetrics(String.raw`a{route="/api/v1{.0}/x, y",text="say \"so\"\n\\"} 3`);
      expect(sample?.value).to.equal(3);
      expect([...(sample?.labels ?? [])]).to.deep.equal([
        ["route", "/api/v1{.0}/x, y"],
        ["text", 'say "so"\n\\'],
      ]);
    });

    it("reads what is no number, and what has no end", () => {
      const values = parseMetrics("a NaN\nb +Inf\nc -Inf\nd -0.5").map(({ value }) => value);
      expect(values).to.deep.equal([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.5]);
    });

    it("passes over a line of another format", () => {
      expect(parseMetrics('no value\na{b="c} 1\n{} 1\n<html>').length).to.equal(0);
    });

    it("reads all that prom-client writes", async () => {
      const registry = new Registry();
      const counter = new Counter({ name: "c_total", help: "C", labelNames: ["route"], registers: [registry] });
      counter.inc({ route: `a"b\\c\nd{e}` }, 4);
      const read = parseMetrics(await registry.metrics());
      expect(read).to.deep.equal([{ name: "c_total", labels: new Map([["route", `a"b\\c\nd{e}`]]), value: 4 }]);
    });
  });

  describe("quantiles of a histogram, as Prometheus' histogram_quantile has them", () => {
    const buckets = (...counts: readonly (readonly [number, number])[]): Bucket[] =>
      counts.map(([upTo, count]) => ({ upTo, count }));
    const inf = Number.POSITIVE_INFINITY;

    it("take observations to lie evenly within their bucket", () => {
      const some = buckets([0.1, 10], [0.2, 30], [0.4, 40], [inf, 40]);
      expect(histogramQuantile(0.5, some)).to.be.closeTo(0.15, 1e-12);
      expect(histogramQuantile(0.25, some)).to.be.closeTo(0.1, 1e-12);
      expect(histogramQuantile(0.99, some)).to.be.closeTo(0.392, 1e-12);
    });
    it("begin at 0 in the first bucket", () => {
      expect(histogramQuantile(0.5, buckets([0.1, 10], [inf, 10]))).to.be.closeTo(0.05, 1e-12);
    });
    it("are the greatest finite bound in the last bucket", () => {
      expect(histogramQuantile(0.99, buckets([0.1, 1], [5, 1], [inf, 10]))).to.equal(5);
    });
    it("do not depend on the order of the buckets", () => {
      expect(histogramQuantile(0.5, buckets([inf, 40], [0.2, 30], [0.4, 40], [0.1, 10]))).to.be.closeTo(0.15, 1e-12);
    });
    it("are not known where nothing was observed, or the last bucket is missing", () => {
      expect(histogramQuantile(0.5, [])).to.equal(null);
      expect(histogramQuantile(0.5, buckets([0.1, 0], [inf, 0]))).to.equal(null);
      expect(histogramQuantile(0.5, buckets([0.1, 5], [0.2, 8]))).to.equal(null);
    });
  });

  describe("rates between two scrapes", () => {
    const scrape = (atMs: number, text: string) => ({ atMs, samples: parseMetrics(text) });
    const counted = (outcome: string, count: number) => `flash_sale_purchases_total{outcome="${outcome}"} ${count}`;

    it("are of purchases, and of each refusal; a replay is neither", () => {
      const before = scrape(1_000, [counted("purchased", 100), counted("sold_out", 7)].join("\n"));
      const lines = [counted("purchased", 110), counted("sold_out", 7), counted("replayed", 50), counted("ended", 4)];
      const rates = purchaseRates(before, scrape(3_000, lines.join("\n")));
      expect(rates?.purchasesASecond).to.equal(5);
      expect([...(rates?.refusalsASecond ?? [])]).to.deep.equal([
        ["sold_out", 0],
        ["ended", 2],
      ]);
    });

    it("count a counter that went back from 0: its process was restarted", () => {
      const rates = purchaseRates(scrape(0, counted("purchased", 1_000)), scrape(2_000, counted("purchased", 8)));
      expect(rates?.purchasesASecond).to.equal(4);
    });

    it("tell the times of purchases alone, of all their answers together, and of what came in between", async () => {
      const registry = new Registry();
      const durations = new Histogram({
        ...{ name: "flash_sale_http_request_duration_seconds", help: "D", registers: [registry] },
        ...{ labelNames: ["method", "route", "status"], buckets: [0.1, 0.2, 0.4] },
      });
      const answered = (status: number, seconds: number, route = ROUTE) =>
        durations.observe({ method: "POST", route, status }, seconds);
      for (let n = 0; n < 50; n += 1) answered(201, 0.35);
      const before = scrape(0, await registry.metrics());
      for (let n = 0; n < 50; n += 1) answered(201, 0.05);
      for (let n = 0; n < 50; n += 1) answered(400, 0.15);
      for (let n = 0; n < 90; n += 1) answered(200, 3, "/metrics");
      const rates = purchaseRates(before, scrape(2_000, await registry.metrics()));
      expect(rates?.p50).to.be.closeTo(0.1, 1e-12);
      expect(rates?.p99).to.be.closeTo(0.198, 1e-12);
    });

    it("are not known where no time has passed, nor times where nobody was answered", () => {
      const one = scrape(5, counted("purchased", 1));
      expect(purchaseRates(one, one)).to.equal(null);
      expect(purchaseRates(one, scrape(6, counted("purchased", 1)))).to.include({ p50: null, p99: null });
    });
  });

  describe("a line of the CSV", () => {
    const order = {
      ...{ orderId: "0190", number: 3, productId: "p", userId: "alice", quantity: 2, price: 49.99, total: 99.98 },
      ...{ currency: "USD", status: "completed", purchasedAt: "2030-01-31T18:00:00.000Z" },
    };
    it("has the columns of flash-sale orders export", () => {
      expect(csvLine(order)).to.equal("0190,3,p,alice,2,49.99,99.98,USD,completed,2030-01-31T18:00:00.000Z\n");
    });
    it("begins what a spreadsheet would take for a formula with '", () => {
      for (const userId of ["=1+1", "+1", "-1", "@SUM", "\t=1", "\r=1"])
        expect(csvLine({ ...order, userId }).replaceAll('"', "")).to.contain(`,'${userId},`);
      expect(csvLine({ ...order, userId: "a=1" })).to.contain(",a=1,");
    });
    it("quotes what would end a cell", () => {
      expect(csvLine({ ...order, userId: 'a,"b"\nc' })).to.contain(`,"a,""b""\nc",`);
    });
    it("leaves numbers numbers, those below 0 too", () => {
      expect(csvLine({ ...order, total: -1 })).to.contain(",49.99,-1,");
    });
  });

  describe("a local time", () => {
    it("gets the offset of this machine at that time, and stays the same instant", () => {
      for (const local of ["2030-01-31T18:00", "2030-07-31T18:00:30"]) {
        const sent = withOffset(local) ?? "";
        expect(sent).to.match(/^2030-0[17]-31T18:00:\d\d[+-]\d\d:\d\d$/);
        expect(Date.parse(sent)).to.equal(new Date(local).getTime());
      }
    });
    it("is none where it is none", () => {
      expect(withOffset("")).to.equal(null);
      expect(withOffset("tomorrow")).to.equal(null);
    });
  });
});
