import { element } from "../shared/element.js";
import type { SaleStatus } from "../shared/views.js";

const SHOWN: Readonly<Record<SaleStatus, { readonly word: string; readonly tone: string }>> = {
  upcoming: { word: "Upcoming", tone: "warn" },
  active: { word: "On sale", tone: "good" },
  sold_out: { word: "Sold out", tone: "bad" },
  ended: { word: "Ended", tone: "" },
};

/** How a sale stands, as a word. */
export function statePill(status: SaleStatus): HTMLElement {
  const { word, tone } = SHOWN[status];
  return element("span", { class: `pill ${tone}` }, word);
}
