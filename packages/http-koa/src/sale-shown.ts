import type { SaleStatus } from "@flash-sale/core";
import { etagOf, type Shown } from "./answer.js";
import { saleView } from "./views.js";

/** A sale's view as it is sent. Those who asked at once share one look at the sale, and it is written once for all of them. */
export function createSaleShown(): (sale: SaleStatus) => Shown {
  const written = new WeakMap<SaleStatus, Shown>();
  return (sale) => {
    const known = written.get(sale);
    if (known) return known;
    const body = JSON.stringify({ success: true, data: saleView(sale) });
    const shown: Shown = { kind: "shown", body, etag: etagOf(body) };
    written.set(sale, shown);
    return shown;
  };
}
