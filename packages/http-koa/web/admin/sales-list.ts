import { element } from "../shared/element.js";
import { money, units } from "../shared/format.js";
import type { AdminProduct } from "../shared/views.js";
import { hrefOf } from "./routes.js";
import { createSaleFigures } from "./sale-figures.js";
import { statePill } from "./sale-state.js";
import { saleWindow } from "./sale-window.js";
import { createSalesPages } from "./sales-pages.js";
import type { Session } from "./session.js";
import { createStockBar } from "./stock-bar.js";
import type { View } from "./view.js";
import { whileVisible } from "./while-visible.js";

const LOOK_EVERY_MS = 3_000;
/** More rows than anybody reads at once are slow to draw. */
const ROWS_AT_FIRST = 50;

interface Row {
  readonly node: HTMLElement;
  show(product: AdminProduct): void;
}

/** All sales with their live stock. */
export function salesView({ call }: Session): View {
  const pages = createSalesPages(call);
  const rows = new Map<string, Row>();
  let shown = ROWS_AT_FIRST;
  let sales: readonly AdminProduct[] = [];

  const heading = element("h1", {}, "Sales");
  const list = element("ul", { class: "sales", "aria-label": "Sales, the newest first" });
  const state = element("p", { role: "status", class: "soft" }, "Loading the sales …");
  const more = element("button", { type: "button", class: "button", hidden: true }, "Show more");

  const draw = (): void => {
    const visible = sales.slice(0, shown);
    const nodes = visible.map((product) => {
      const row = rows.get(product.id) ?? createRow(product.id);
      rows.set(product.id, row);
      row.show(product);
      return row.node;
    });
    // Rows that stay are not taken out and put back: the focus in one of them would be lost.
    if (nodes.length !== list.children.length || nodes.some((node, index) => list.children[index] !== node))
      list.replaceChildren(...nodes);
    more.hidden = shown >= sales.length;
  };
  more.addEventListener("click", () => {
    const first = shown;
    shown += ROWS_AT_FIRST;
    draw();
    list.children[first]?.querySelector("a")?.focus();
  });

  const look = async (signal: AbortSignal): Promise<void> => {
    const answer = await pages.read(signal);
    if (signal.aborted) return;
    if (answer.ok) sales = answer.data;
    const sentence = answer.ok ? summary(sales) : `${answer.error} What is shown may be old.`;
    // Told once: whoever listens to the page would hear it again with every look.
    if (state.textContent !== sentence) state.textContent = sentence;
    draw();
  };

  const head = element(
    "div",
    { class: "view-head" },
    element("div", {}, heading, state),
    element("a", { class: "button primary", href: hrefOf({ kind: "new-sale" }) }, "Put a sale on"),
  );
  return { node: element("div", {}, head, list, more), heading, close: whileVisible(LOOK_EVERY_MS, look) };
}

function summary(sales: readonly AdminProduct[]): string {
  if (sales.length === 0) return "There is no sale yet.";
  const open = sales.filter(({ status }) => status === "active").length;
  return `${sales.length === 1 ? "1 sale" : `${sales.length} sales`}, ${open} of them on sale now.`;
}

function createRow(id: string): Row {
  const name = element("a", { href: hrefOf({ kind: "sale", id }) });
  const pill = element("span");
  const terms = element("p", { class: "soft small" });
  const bar = createStockBar();
  const figures = createSaleFigures(["available", "held", "sold", "drift"]);
  const node = element(
    "li",
    { class: "card sale-row" },
    element("div", { class: "sale-name" }, element("h2", {}, name), pill, terms),
    bar.node,
    figures.node,
  );
  return {
    node,
    show(product) {
      name.textContent = product.name;
      pill.replaceChildren(statePill(product.status));
      terms.textContent = `${money(product.price, product.currency)} · ${units(product.totalQuantity)} · ${saleWindow(product)}`;
      bar.show(product);
      figures.show(product);
    },
  };
}
