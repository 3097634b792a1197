import {
  DEFAULT_COMMIT_LIMITS,
  InvalidRequest,
  StoreUnavailable,
  type FlashSale,
  type PurchaseOutcome,
} from "@flash-sale/core";
import { Counter, type Registry } from "prom-client";
import { addGauge } from "./gauge.js";

/** Purchases: how they ended, how many are under way, and how many wait to be. */
export interface PurchaseMetrics {
  /** The sale, with its purchases counted. */
  counted(sale: FlashSale): FlashSale;
  /** A purchase was refused before it came to the sale: it counts as one, but not as a request with a duration. */
  shed(): void;
  /** `length`: how many purchases wait to be let in, asked at each scrape. */
  queued(length: () => number): void;
}

export function createPurchaseMetrics(registry: Registry): PurchaseMetrics {
  let underWay = 0;
  /** Since the last look at them: to count one by its label costs as much as to find out that there is no room. */
  let shed = 0;
  let queueLength = (): number => 0;
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
  // A series that is not there until the first unit is sold says nothing of a sale that sells none.
  purchases.inc({ outcome: "purchased" }, 0);
  const end = (outcome: string): void => {
    underWay -= 1;
    purchases.inc({ outcome });
  };
  addGauge(registry, "flash_sale_purchases_in_flight", "Purchases let in and not answered yet.", () => underWay);
  addGauge(
    registry,
    "flash_sale_purchase_places",
    "Purchases that may be in flight; whoever comes when there are as many is shed.",
    () => DEFAULT_COMMIT_LIMITS.maxPlaces,
  );
  addGauge(registry, "flash_sale_entry_queue_length", "Purchases that wait to be let in.", () => queueLength());

  return {
    counted: (sale) => ({
      ...sale,
      purchase(request) {
        underWay += 1;
        return sale.purchase(request).then(
          (outcome) => {
            end(wordOf(outcome));
            return outcome;
          },
          (fault: unknown) => {
            end(wordOfFault(fault));
            throw fault;
          },
        );
      },
    }),
    shed() {
      shed += 1;
    },
    queued(length) {
      queueLength = length;
    },
  };
}

/** Of what was thrown instead of an outcome: a request that is none, a store that is away, or a fault that nobody foresaw. */
function wordOfFault(fault: unknown): string {
  if (fault instanceof InvalidRequest) return "invalid";
  return fault instanceof StoreUnavailable ? wordOf({ kind: "unavailable", orderId: null }) : "failed";
}

function wordOf(outcome: PurchaseOutcome): string {
  if (outcome.kind === "refused") return outcome.reason.replaceAll("-", "_");
  if (outcome.kind === "purchased") return outcome.replayed ? "replayed" : "purchased";
  return outcome.kind.replaceAll("-", "_");
}
