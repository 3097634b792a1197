import { element } from "../shared/element.js";
import type { AdminProduct } from "../shared/views.js";
import { createChart } from "./chart.js";
import type { ChartLine, ChartPoint } from "./chart-lines.js";
import { createRateCharts } from "./rate-charts.js";
import { createRecent } from "./recent.js";
import type { Session } from "./session.js";

export interface SaleCharts {
  readonly node: HTMLElement;
  showStock(product: AdminProduct): void;
  close(): void;
}

const AVAILABLE: ChartLine = { label: "Available", style: 0 };
const HELD: ChartLine = { label: "Held", style: 1 };

const units = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** A sale as it goes, and how purchases go. */
export function createSaleCharts(session: Session): SaleCharts {
  const stock = createChart({ title: "Stock", scope: "This sale, in units", format: (value) => units.format(value) });
  const recent = createRecent<ChartPoint>();
  const rates = createRateCharts(session);
  return {
    node: element("div", { class: "charts" }, stock.node, ...rates.nodes),
    showStock({ available, held }) {
      const values = new Map([
        [AVAILABLE.label, available],
        [HELD.label, held],
      ]);
      recent.add({ atMs: Date.now(), values });
      stock.draw(recent.all, [AVAILABLE, HELD]);
    },
    close() {
      rates.close();
      stock.close();
    },
  };
}
