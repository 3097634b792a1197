import type { Clock, FlashSale, Products, SaleStatus } from "@flash-sale/core";
import { KEPT_AFTER_END_MS } from "@flash-sale/core";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { addGauge } from "./gauge.js";
import { createPurchaseMetrics, type PurchaseMetrics } from "./purchase-metrics.js";
import { missingStores, type StoreCheck } from "./stores.js";
import type { SaleStreams } from "./stream.js";

/** Sales whose gauges one scrape shows: each is a question to the hot store and a handful of series. */
const MAX_SALES = 200;
const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Gauges that are named like counters; the same is told by type under a right name. */
const MISNAMED = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

export interface Metrics extends PurchaseMetrics {
  readonly registry: Registry;
  /** `route` as the router knows it, never as the caller wrote it: names of series must be few. */
  answered(method: string, route: string, status: number, seconds: number): void;
}

/** Connections to the orders' store, and who waits for one. */
export interface PoolDepth {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What gauges show, asked at each scrape. */
export interface MetricSources {
  /** Where the metrics are to be found. Default: one of their own. */
  readonly registry?: Registry;
  /** Left out where there is no pool. */
  readonly pool?: () => PoolDepth;
  readonly sale: Pick<FlashSale, "saleStatus">;
  readonly products: Products;
  readonly stores: readonly StoreCheck[];
  readonly clock: Clock;
  readonly streams: SaleStreams;
}

/** The metrics of one process. What a store that is away would tell is left out, and flash_sale_store_up says so. */
export function createMetrics(sources: MetricSources): Metrics {
  const { registry = new Registry() } = sources;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const durations = new Histogram({
    name: "flash_sale_http_request_duration_seconds",
    help: "Time from a request's head until its answer is ready, by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: LATENCY_BUCKETS_S,
    registers: [registry],
  });
  addGauges(registry, sources);

  return {
    registry,
    ...createPurchaseMetrics(registry),
    answered: (method, route, status, seconds) => durations.observe({ method, route, status }, seconds),
  };
}

function addGauges(registry: Registry, sources: MetricSources): void {
  addGauge(registry, "flash_sale_stream_listeners", "Open event streams.", () => sources.streams.listeners);
  const up = new Gauge({
    name: "flash_sale_store_up",
    help: "1 where a store answers, 0 where it does not.",
    labelNames: ["store"],
    registers: [registry],
    aggregator: "min",
    async collect() {
      const missing = await missingStores(sources.stores);
      for (const { name } of sources.stores) up.set({ store: name }, missing.includes(name) ? 0 : 1);
    },
  });
  if (sources.pool) addPoolGauges(registry, sources.pool);
  addSaleGauges(
    registry,
    shared(() => currentSales(sources)),
  );
}

function addPoolGauges(registry: Registry, pool: () => PoolDepth): void {
  const connections = new Gauge({
    name: "flash_sale_postgres_connections",
    help: "Connections of the pool to PostgreSQL, busy and idle.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      const { busy, idle } = pool();
      connections.set({ state: "busy" }, busy);
      connections.set({ state: "idle" }, idle);
    },
  });
  const waiters = "Calls that wait for a connection of the pool to PostgreSQL.";
  addGauge(registry, "flash_sale_postgres_connection_waiters", waiters, () => pool().waiting);
}

/** One answer for all who ask while it is under way. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => (underWay ??= ask().finally(() => (underWay = null)));
}

/** Those that are about to open, are open, or ended within the day; the newest first. */
async function currentSales({ sale, products, clock }: MetricSources): Promise<SaleStatus[]> {
  const nowMs = clock.now();
  try {
    const live = await products.live(nowMs + KEPT_AFTER_END_MS, nowMs - KEPT_AFTER_END_MS);
    const newest = live.sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, MAX_SALES);
    const found = await Promise.all(
      // The product as just read, with the ledger's counts; the stock as it is now.
      newest.map(async (product) => {
        const status = await sale.saleStatus(product.id);
        return status && { ...status, product };
      }),
    );
    return found.filter((one) => one !== null);
  } catch {
    // A store went away in between: the next scrape says which.
    return [];
  }
}

/** Every process of one installation shows the same sales, so their aggregate is any one of them. */
function addSaleGauges(registry: Registry, sales: () => Promise<readonly SaleStatus[]>): void {
  const gauge = (name: string, help: string, value: (sale: SaleStatus) => number) => {
    const series = new Gauge({
      ...{ name, help, labelNames: ["product_id"], registers: [registry], aggregator: "first" as const },
      async collect() {
        const shown = await sales();
        series.reset();
        for (const sale of shown) series.set({ product_id: sale.product.id }, value(sale));
      },
    });
  };
  gauge("flash_sale_active", "1 while units can be bought: the sale is open and units are left.", ({ state }) =>
    state === "active" ? 1 : 0,
  );
  gauge("flash_sale_units", "Units of the sale.", ({ stock }) => stock.totalQuantity);
  gauge("flash_sale_units_available", "Units that can be bought now.", ({ stock }) => stock.available);
  gauge("flash_sale_units_held", "Units held for purchases under way.", ({ stock }) => stock.held);
  gauge("flash_sale_units_purchased", "Units sold, by the hot store.", ({ stock }) => stock.purchased);
  gauge("flash_sale_units_committed", "Units sold, by the ledger.", ({ product }) => product.committed);
  gauge(
    "flash_sale_sold_quantity_lag_units",
    "Units sold by the ledger that products.sold_quantity does not show yet; reconcile --fix repairs one that stays.",
    ({ product }) => product.committed - product.soldQuantity,
  );
  gauge(
    "flash_sale_drift_units",
    "Total less available, held and purchased in the hot store: anything but 0 is drift.",
    ({ stock }) => stock.totalQuantity - stock.available - stock.held - stock.purchased,
  );
  gauge("flash_sale_inventory_epoch", "Number of the inventory's current life.", ({ stock }) => stock.epoch);
  gauge(
    "flash_sale_revision_lag",
    "Changes in the ledger that the hot store has not followed yet.",
    ({ product, stock }) => product.revision - stock.revision,
  );
}
