import { DEFAULT_COMMIT_LIMITS, InvalidRequest, StoreUnavailable, type HoldRequest } from "@flash-sale/core";
import { expect } from "chai";
import { stub } from "sinon";
import { createMetrics } from "#src/metrics.js";
import { ADMIN_KEY, startApi, type Api } from "./api.js";

/** A promise that somebody else resolves. */
function pending() {
  let resolve = (): void => undefined;
  return Object.assign(new Promise<void>((resolved) => (resolve = resolved)), { resolve: () => resolve() });
}

describe("the metrics", () => {
  let api: Api;
  beforeEach(async () => {
    api = await startApi();
  });
  afterEach(() => api.close());

  const text = async (headers: Record<string, string> = {}) => {
    const response = await fetch(`${api.url}/metrics`, { headers });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  /** The value of a series, by its name and labels as they are written. */
  const value = (exposition: string, series: string): number | undefined => {
    const line = exposition.split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  it("are Prometheus text, with help and type of every metric, without a base path and without an envelope", async () => {
    const { status, type, text: exposition } = await text();
    expect(status).to.equal(200);
    expect(type).to.equal("text/plain; version=0.0.4; charset=utf-8");
    const names = [...exposition.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(names).to.include.members(["flash_sale_purchases_total", "flash_sale_http_request_duration_seconds"]);
    for (const name of names) expect(exposition).to.match(new RegExp(`^# HELP ${name} .`, "m"));
  });

  it("count purchases by outcome and show a sale's units", async () => {
    const productId = await api.product({ totalQuantity: 3 });
    await api.buy("u1", { productId }, { "idempotency-key": "k" });
    await api.buy("u1", { productId }, { "idempotency-key": "k" });
    await api.buy("u1", { productId });
    const { text: exposition } = await text();
    const outcome = (word: string) => value(exposition, `flash_sale_purchases_total{outcome="${word}"}`);
    expect([outcome("purchased"), outcome("replayed"), outcome("limit_reached")]).to.deep.equal([1, 1, 1]);
    const units = (name: string) => value(exposition, `flash_sale_${name}{product_id="${productId}"}`);
    expect(["units", "units_available", "units_held", "units_purchased", "units_committed"].map(units)).to.deep.equal([
      3, 2, 0, 1, 1,
    ]);
    expect([units("active"), units("drift_units"), units("revision_lag")]).to.deep.equal([1, 0, 0]);
    const route = 'method="POST",route="/api/v1{.0}/sale/purchase"';
    expect(value(exposition, `flash_sale_http_request_duration_seconds_count{${route},status="403"}`)).to.equal(1);
  });

  it("time a purchase from when it came, also where it waited for its turn", async () => {
    const productId = await api.product();
    const openAtMs = performance.now() + 300;
    // Nobody is shed, and nobody let in either.
    const room = stub(api.sale, "hasRoom").callsFake((within) => within === undefined || performance.now() > openAtMs);
    expect((await api.buy("u1", { productId })).status).to.equal(201);
    room.restore();
    const route = 'method="POST",route="/api/v1{.0}/sale/purchase",status="201"';
    const seconds = value((await text()).text, `flash_sale_http_request_duration_seconds_sum{${route}}`);
    expect(seconds).to.be.at.least(0.25);
  });

  it("count purchases that were no outcome: of a request that is none, of a store that is away, of a fault", async () => {
    const productId = await api.product();
    const { admission } = api.ports;
    const admit = stub(admission, "admit");
    for (const fault of [
      new InvalidRequest("quantity", "no"),
      new StoreUnavailable("inventory", "none"),
      new Error("x"),
    ]) {
      admit.rejects(fault);
      await api.buy("u1", { productId });
    }
    admit.restore();
    const { text: exposition } = await text();
    const outcomes = ["invalid", "unavailable", "failed", "purchased"];
    expect(outcomes.map((word) => value(exposition, `flash_sale_purchases_total{outcome="${word}"}`))).to.deep.equal([
      1, 1, 1, 0,
    ]);
    expect(value(exposition, "flash_sale_purchases_in_flight")).to.equal(0);
  });

  it("say that nothing can be bought once the last unit is gone", async () => {
    const productId = await api.product({ totalQuantity: 1 });
    await api.buy("u1", { productId });
    expect(value((await text()).text, `flash_sale_active{product_id="${productId}"}`)).to.equal(0);
  });

  it("show the purchases in flight, the places for them, and who waits to be let in", async () => {
    const productId = await api.product();
    const { admission } = api.ports;
    const { admit } = admission;
    const held = pending();
    Object.assign(admission, { admit: (request: HoldRequest) => held.then(() => admit(request)) });
    const buyers = [1, 2].map((one) => api.buy(`u${one}`, { productId }));
    const shown = async (name: string) => value((await text()).text, `flash_sale_${name}`);
    while ((await shown("purchases_in_flight")) !== 2) continue;
    const room = stub(api.sale, "hasRoom").callsFake((within) => within === undefined);
    buyers.push(api.buy("u3", { productId }));
    while ((await shown("entry_queue_length")) !== 1) continue;
    expect(await shown("purchase_places")).to.equal(DEFAULT_COMMIT_LIMITS.maxPlaces);
    room.restore();
    held.resolve();
    expect((await Promise.all(buyers)).map(({ status }) => status)).to.deep.equal([201, 201, 201]);
    expect([await shown("purchases_in_flight"), await shown("entry_queue_length")]).to.deep.equal([0, 0]);
  });

  it("show the pool's connections, and who waits for one", async () => {
    const { registry } = createMetrics({
      ...{ sale: api.sale, products: api.ports.products, clock: api.ports.clock, streams: api.streams, stores: [] },
      pool: () => ({ busy: 3, idle: 2, waiting: 5 }),
    });
    const exposition = await registry.metrics();
    expect(value(exposition, 'flash_sale_postgres_connections{state="busy"}')).to.equal(3);
    expect(value(exposition, 'flash_sale_postgres_connections{state="idle"}')).to.equal(2);
    expect(value(exposition, "flash_sale_postgres_connection_waiters")).to.equal(5);
  });

  it("show how far sold_quantity lags behind the ledger, until it is projected", async () => {
    const { products } = api.ports;
    const { projectSold } = products;
    Object.assign(products, { projectSold: async () => 0 });
    const productId = await api.product({ totalQuantity: 3, perUserLimit: 3 });
    await api.buy("u1", { productId, quantity: 2 });
    const lag = async () => value((await text()).text, `flash_sale_sold_quantity_lag_units{product_id="${productId}"}`);
    expect(await lag()).to.equal(2);
    Object.assign(products, { projectSold });
    await api.sale.reconcile(productId, { fix: true });
    expect(await lag()).to.equal(0);
  });

  it("are for this machine, or for an admin: a request that came through a proxy needs the credential", async () => {
    expect((await text({ "x-forwarded-for": "203.0.113.9" })).status).to.equal(401);
    expect((await text({ "x-forwarded-for": "127.0.0.1", "x-admin-key": "wrong" })).status).to.equal(403);
    expect((await text({ forwarded: "for=203.0.113.9", "x-admin-key": ADMIN_KEY })).status).to.equal(200);
  });

  it("say which store is away, and still answer", async () => {
    await api.close();
    const away = { name: "Redis", where: "nowhere", ask: () => Promise.reject(new Error("away")) };
    const there = { name: "PostgreSQL", where: "here", ask: async () => undefined };
    api = await startApi({ stores: [away, there] });
    const { status, text: exposition } = await text();
    expect(status).to.equal(200);
    expect(value(exposition, 'flash_sale_store_up{store="Redis"}')).to.equal(0);
    expect(value(exposition, 'flash_sale_store_up{store="PostgreSQL"}')).to.equal(1);
  });

  it("name no series after what a caller made up", async () => {
    for (let n = 0; n < 20; n += 1) await api.call(`/made/up/${n}`);
    const { text: exposition } = await text();
    expect(exposition).not.to.contain("made");
    expect(
      value(exposition, 'flash_sale_http_request_duration_seconds_count{method="GET",route="none",status="404"}'),
    ).to.equal(20);
  });
});
