import { element } from "../shared/element.js";
import { count } from "../shared/format.js";
import type { AdminProduct } from "../shared/views.js";

type Figure = "available" | "held" | "sold" | "totalQuantity" | "drift";

const LABELS: Readonly<Record<Figure, string>> = {
  available: "Available",
  held: "Held",
  sold: "Sold",
  totalQuantity: "Total",
  drift: "Drift",
};

export interface SaleFigures {
  readonly node: HTMLElement;
  show(product: AdminProduct): void;
}

export function createSaleFigures(figures: readonly Figure[]): SaleFigures {
  const cells = figures.map((figure) => ({ figure, value: element("dd", { class: "figures" }) }));
  const node = element(
    "dl",
    { class: "sale-figures" },
    ...cells.map(({ figure, value }) =>
      element("div", { class: `figure-${figure}` }, element("dt", {}, LABELS[figure]), value),
    ),
  );
  return {
    node,
    show(product) {
      for (const { figure, value } of cells) value.textContent = count(product[figure]);
      node.classList.toggle("drifts", product.drift !== 0);
    },
  };
}
