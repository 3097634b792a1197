import type { SaleStatus } from "@flash-sale/core";
import { etagOf, type Shown } from "./answer.js";
import { saleView } from "./views.js";

/** A sale's view as it is sent, to all who asked for it at once. */
export function saleShown(sale: SaleStatus): Shown {
  const body = JSON.stringify({ success: true, data: saleView(sale) });
  return { kind: "shown", body, etag: etagOf(body) };
}
