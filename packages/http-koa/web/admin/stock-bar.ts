import { element } from "../shared/element.js";
import { count } from "../shared/format.js";
import type { AdminProduct } from "../shared/views.js";

export interface StockBar {
  readonly node: HTMLElement;
  show(product: AdminProduct): void;
}

/** How much of the sale's units is sold, held and left. Its words are its label: the widths say nothing new. */
export function createStockBar(): StockBar {
  const sold = element("span", { class: "sold" });
  const held = element("span", { class: "held" });
  const node = element("div", { class: "stock-bar", role: "img" }, sold, held);
  return {
    node,
    show(product) {
      const share = (units: number): string => `${(100 * units) / Math.max(1, product.totalQuantity)}%`;
      sold.style.width = share(product.sold);
      held.style.width = share(product.held);
      const label = `${count(product.sold)} of ${count(product.totalQuantity)} units sold, ${count(product.held)} held`;
      node.setAttribute("aria-label", label);
    },
  };
}
