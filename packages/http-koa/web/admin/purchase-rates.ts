import { histogramQuantile, type Bucket } from "./histogram-quantile.js";
import type { Sample } from "./metrics-text.js";

/** What the server counted, at one moment. */
export interface Scrape {
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

/** How the purchases of all sales went between two scrapes. */
export interface PurchaseRates {
  readonly atMs: number;
  readonly purchasesASecond: number;
  /** By reason; also those that did not occur in between. */
  readonly refusalsASecond: ReadonlyMap<string, number>;
  /** Seconds; null where nobody was answered in between. */
  readonly p50: number | null;
  readonly p99: number | null;
}

const PURCHASES = "flash_sale_purchases_total";
const DURATIONS = "flash_sale_http_request_duration_seconds_bucket";
const PURCHASE_ROUTE = /\/sale\/purchase$/;
const NO_REFUSAL: readonly string[] = ["purchased", "replayed"];

/** Null where no time has passed. */
export function purchaseRates(before: Scrape, now: Scrape): PurchaseRates | null {
  const seconds = (now.atMs - before.atMs) / 1_000;
  if (seconds <= 0) return null;
  const outcomes = increases(outcomeCounts(before), outcomeCounts(now));
  const refusals = [...outcomes].filter(([outcome]) => !NO_REFUSAL.includes(outcome));
  const buckets = bucketsOf(increases(durationCounts(before), durationCounts(now)));
  return {
    atMs: now.atMs,
    purchasesASecond: (outcomes.get("purchased") ?? 0) / seconds,
    refusalsASecond: new Map(refusals.map(([reason, count]) => [reason, count / seconds])),
    p50: histogramQuantile(0.5, buckets),
    p99: histogramQuantile(0.99, buckets),
  };
}

/** A counter that was not there counts from 0, and so does one that went back: its process was restarted. */
function increase(before: number | undefined, now: number): number {
  return before === undefined || now < before ? now : now - before;
}

function increases<Key>(before: ReadonlyMap<Key, number>, now: ReadonlyMap<Key, number>): ReadonlyMap<Key, number> {
  return new Map([...now].map(([key, count]) => [key, increase(before.get(key), count)]));
}

function outcomeCounts({ samples }: Scrape): ReadonlyMap<string, number> {
  const counts = samples.filter(({ name }) => name === PURCHASES);
  return new Map(counts.map(({ labels, value }) => [labels.get("outcome") ?? "", value]));
}

/** One series an answer's status, and a bucket: joined, so that each goes back by itself. */
function durationCounts({ samples }: Scrape): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    if (name !== DURATIONS || !PURCHASE_ROUTE.test(labels.get("route") ?? "")) continue;
    counts.set(`${labels.get("le") ?? ""} ${labels.get("status") ?? ""} ${labels.get("method") ?? ""}`, value);
  }
  return counts;
}

function bucketsOf(counts: ReadonlyMap<string, number>): Bucket[] {
  const sums = new Map<number, number>();
  for (const [key, count] of counts) {
    const le = key.slice(0, key.indexOf(" "));
    const upTo = le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le);
    sums.set(upTo, (sums.get(upTo) ?? 0) + count);
  }
  return [...sums].map(([upTo, count]) => ({ upTo, count }));
}
