import type { Measurement } from "./measurement.js";
import { firstSecond } from "./measurements/first-second.js";
import { growth } from "./measurements/growth.js";
import { hour } from "./measurements/hour.js";
import { latency } from "./measurements/latency.js";
import { listeners } from "./measurements/listeners.js";
import { processes } from "./measurements/processes.js";
import { products } from "./measurements/products.js";
import { purchases } from "./measurements/purchases.js";
import { reconcile } from "./measurements/reconcile.js";
import { refusals } from "./measurements/refusals.js";
import { warmStart } from "./measurements/warm-start.js";

/** In the order of the document. */
export const MEASUREMENTS: readonly Measurement[] = [
  purchases,
  refusals,
  latency,
  firstSecond,
  products,
  processes,
  listeners,
  growth,
  reconcile,
  warmStart,
  hour,
];
