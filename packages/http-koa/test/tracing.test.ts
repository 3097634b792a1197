import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createLog, readConfig, tokens, wire } from "@flash-sale/http-koa";
import { expect } from "chai";
import { request, type Answer } from "./api.js";
import { attributesOf, startCollector, type Collector, type Span } from "./collector.js";
import { freshStores, type TestStores } from "./stores.js";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";

describe("traces", function () {
  this.timeout(60_000);
  let stores: TestStores;
  let collector: Collector;
  before(async () => {
    stores = await freshStores();
  });
  after(() => stores.drop());
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  /** What one app does with a sale on real stores, until it is closed, which sends the last spans. */
  async function during(
    env: Record<string, string>,
    work: (buy: (userId: string, headers?: Record<string, string>) => Promise<Answer>) => Promise<unknown>,
  ): Promise<Record<string, unknown>[]> {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const log = createLog("info", { destination: { write } });
    const wired = wire(readConfig({ ...stores.env, ...env }), log, { keepsHouse: true });
    await (await wired.get(tokens.schema)).migrate();
    const sale = await wired.get(tokens.sale);
    const { id: productId } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 100 });
    const handle = (await wired.get(tokens.app)).callback();
    const server = createServer((incoming, response) => void handle(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/sale/purchase`;
    try {
      await work((userId, headers = {}) =>
        request(url, {
          method: "POST",
          headers: { "content-type": "application/json", "x-user-id": userId, ...headers },
          body: JSON.stringify({ productId }),
        }),
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await wired.close();
    }
    return lines;
  }

  it("show each step of a purchase, below the caller's own span", async () => {
    let orderId = "";
    await during({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: "a-shop" }, async (buy) => {
      const bought = await buy("u1", { traceparent: `00-${TRACE}-${CALLER}-01`, "x-request-id": "one" });
      expect(bought.status).to.equal(201);
      ({ orderId } = bought.body.data);
    });
    expect([...collector.services]).to.deep.equal(["a-shop"]);
    const own = collector.spans.filter(({ traceId }) => traceId === TRACE);
    const named = (name: string): Span => own.find((span) => span.name === name) ?? expect.fail(`no span ${name}`);
    const [http, purchase] = [named("POST /api/v1{.0}/sale/purchase"), named("purchase")];
    expect(http.parentSpanId).to.equal(CALLER);
    expect(attributesOf(http)).to.include({ "flash_sale.request_id": "one" });
    expect(Number(attributesOf(http)["http.response.status_code"])).to.equal(201);
    expect(purchase.parentSpanId).to.equal(http.spanId);
    expect(attributesOf(purchase)).to.include({
      "flash_sale.outcome": "purchased",
      "flash_sale.reservation_id": orderId,
    });
    for (const step of ["admission", "commit", "confirm"])
      expect(named(step).parentSpanId, step).to.equal(purchase.spanId);
    expect(attributesOf(named("admission"))).to.include({ "flash_sale.admission": "held" });
    for (const { startTimeUnixNano, endTimeUnixNano } of own)
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).to.be.true;
  });

  it("show a commit that many share once, linked to each of them", async () => {
    const BUYERS = 20;
    await during({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, async (buy) => {
      const answers = await Promise.all(Array.from({ length: BUYERS }, (_, buyer) => buy(`u${buyer}`)));
      expect(answers.every(({ status }) => status === 201)).to.be.true;
    });
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    const [purchases, batches, commits] = [named("purchase"), named("commit batch"), named("commit")];
    expect(purchases).to.have.lengthOf(BUYERS);
    expect(batches.length).to.be.within(1, BUYERS);
    const linked = batches.flatMap(({ links = [] }) => links.map(({ spanId }) => spanId));
    expect(linked.sort()).to.deep.equal(purchases.map(({ spanId }) => spanId).sort());
    // And each purchase's own trace has the step, which leads to the batch.
    expect(commits.map(({ parentSpanId }) => parentSpanId).sort()).to.deep.equal(linked);
    const batchIds = batches.map(({ spanId }) => spanId);
    for (const { links = [] } of commits) expect(batchIds).to.include(links[0]?.spanId);
  });

  it("are lines of the log where that is asked for", async () => {
    const lines = await during({ OTEL_TRACES_EXPORTER: "console" }, async (buy) => {
      expect((await buy("u1")).status).to.equal(201);
    });
    const names = lines.filter(({ msg }) => msg === "span").map(({ name }) => name);
    expect(names).to.include.members(["admission", "commit", "confirm", "purchase", "POST /api/v1{.0}/sale/purchase"]);
    expect(collector.spans).to.be.empty;
  });

  it("leave purchases alone where no collector takes them, and the log says that they are lost", async () => {
    const lines = await during({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/nowhere` }, async (buy) => {
      expect((await buy("u1")).status).to.equal(201);
    });
    expect(lines.some(({ msg, level }) => msg === "spans did not reach the collector" && level === 40)).to.be.true;
  });

  for (const [what, env, isLoaded] of [
    ["are off unless they are asked for: nothing of them is loaded", {}, false],
    ["are loaded where they are asked for", { OTEL_TRACES_EXPORTER: "console" }, true],
  ] as const) {
    it(what, () => {
      const index = fileURLToPath(new URL("../dist/index.js", import.meta.url));
      const script = `
        import { createRequire } from "node:module";
        import { createLog, readConfig, tokens, wire } from ${JSON.stringify(index)};
        const wired = wire(readConfig(${JSON.stringify({ ...stores.env, ...env })}), createLog("silent"), { keepsHouse: true });
        await (await wired.get(tokens.schema)).migrate();
        await wired.get(tokens.app);
        await wired.close();
        const loaded = Object.keys(createRequire(${JSON.stringify(index)}).cache);
        console.log(loaded.some((file) => file.includes("sdk-trace")), loaded.some((file) => file.includes("ioredis")));`;
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
        encoding: "utf8",
      });
      expect(stdout.trim(), stderr).to.equal(`${String(isLoaded)} true`);
    });
  }
});
