import type { Measurement } from "./measurement.js";
import { purchases } from "./measurements/purchases.js";
import { refusals } from "./measurements/refusals.js";

/** In the order of the document. */
export const MEASUREMENTS: readonly Measurement[] = [purchases, refusals];
