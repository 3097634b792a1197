import type { Clock, FlashSale, Products, PurchaseOutcome, SaleStatus } from "@flash-sale/core";
import { KEPT_AFTER_END_MS } from "@flash-sale/core";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { missingStores, type StoreCheck } from "./stores.js";
import type { SaleStreams } from "./stream.js";

/** Sales whose gauges one scrape shows: each is a question to the hot store and a handful of series. */
const MAX_SALES = 200;
const LATENCY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface Metrics {
  readonly registry: Registry;
  /** The sale, with its purchases counted. */
  counted(sale: FlashSale): FlashSale;
  /** A purchase was refused before it came to the sale: it counts as one, but not as a request with a duration. */
  shed(): void;
  /** `route` as the router knows it, never as the caller wrote it: names of series must be few. */
  answered(method: string, route: string, status: number, seconds: number): void;
}

/** What gauges show, asked at each scrape. */
export interface MetricSources {
  readonly sale: Pick<FlashSale, "saleStatus">;
  readonly products: Products;
  readonly stores: readonly StoreCheck[];
  readonly clock: Clock;
  readonly streams: SaleStreams;
}

/**
 * The metrics of one process, in a registry of their own. What a store that is away would tell is left out, and flash_sale_store_up
 * says so.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  /** Since the last look at them: to count one by its label costs as much as to find out that there is no room. */
  let shed = 0;
  const purchases = new Counter({
    name: "flash_sale_purchases_total",
    help: "Purchase requests by how they ended: purchased, replayed, or why not.",
    labelNames: ["outcome"],
    registers: [registry],
    collect() {
      this.inc({ outcome: wordOf({ kind: "overloaded" }) }, shed);
      shed = 0;
    },
  });
  const durations = new Histogram({
    name: "flash_sale_http_request_duration_seconds",
    help: "Time from a request's head until its answer is ready, by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: LATENCY_BUCKETS_S,
    registers: [registry],
  });
  addGauges(registry, sources);
  const count = (outcome: PurchaseOutcome): void => purchases.inc({ outcome: wordOf(outcome) });

  return {
    registry,
    counted: (sale) => ({
      ...sale,
      purchase: (request) =>
        sale.purchase(request).then((outcome) => {
          count(outcome);
          return outcome;
        }),
    }),
    shed() {
      shed += 1;
    },
    answered: (method, route, status, seconds) => durations.observe({ method, route, status }, seconds),
  };
}

function addGauges(registry: Registry, sources: MetricSources): void {
  new Gauge({
    name: "flash_sale_stream_listeners",
    help: "Open event streams.",
    registers: [registry],
    collect() {
      this.set(sources.streams.listeners);
    },
  });
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
  addSaleGauges(
    registry,
    shared(() => currentSales(sources)),
  );
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
  gauge("flash_sale_units_total", "Units of the sale.", ({ stock }) => stock.totalQuantity);
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

function wordOf(outcome: PurchaseOutcome): string {
  if (outcome.kind === "refused") return outcome.reason.replaceAll("-", "_");
  if (outcome.kind === "purchased") return outcome.replayed ? "replayed" : "purchased";
  return outcome.kind.replaceAll("-", "_");
}
