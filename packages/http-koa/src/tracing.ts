import type { Admission, FlashSale, Orders } from "@flash-sale/core";
import type { Middleware } from "koa";
import type { ApiState } from "./api.js";

export interface TracingTerms {
  /** As which service the spans appear. */
  readonly serviceName: string;
  /** Where a collector takes OTLP over HTTP; null: spans become lines of the log. */
  readonly collector: string | null;
}

/**
 * Traces of purchases: the request, the admission, the commit, the confirm. It stands around the ports where they are wired; without it
 * nothing does.
 */
export interface Tracing {
  /** Around every request. */
  readonly middleware: Middleware<ApiState>;
  sale(sale: FlashSale): FlashSale;
  admission(admission: Admission): Admission;
  orders(orders: Orders): Orders;
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>;
}
