import { appUrl } from "../shared/api.js";
import { element } from "../shared/element.js";
import type { Connection } from "../shared/follow-sale.js";
import { money, units } from "../shared/format.js";
import type { AdminProduct } from "../shared/views.js";
import { createEndSale } from "./end-sale.js";
import { followProduct } from "./live-product.js";
import { createOrdersPanel } from "./orders-panel.js";
import { createReconcilePanel } from "./reconcile-panel.js";
import { hrefOf } from "./routes.js";
import { createSaleCharts } from "./sale-charts.js";
import { createSaleFigures } from "./sale-figures.js";
import { createSaleForm } from "./sale-form.js";
import { statePill } from "./sale-state.js";
import { saleWindow } from "./sale-window.js";
import type { Session } from "./session.js";
import { createStockBar } from "./stock-bar.js";
import type { View } from "./view.js";

/** The first of them: whoever wants all goes to the orders' own page, or takes the file. */
const ORDERS_A_PAGE = 10;

const CONNECTIONS: Readonly<Record<Connection, string>> = {
  live: "The figures are live.",
  polling: "The figures are asked for every few seconds.",
  offline: "The server cannot be reached: the figures may be old.",
};

/** One sale while it goes on: its figures, its terms, its orders. */
export function saleView(session: Session, first: AdminProduct): View {
  const { id } = first;
  const head = createHead(session, first);
  const bar = createStockBar();
  const figures = createSaleFigures(["available", "held", "sold", "totalQuantity", "drift"]);
  const charts = createSaleCharts(session);
  const orders = createOrdersPanel(session, { productId: id, userId: "" }, ORDERS_A_PAGE);
  const form = createSaleForm({
    product: first,
    word: "Save the change",
    send: (body) => session.call<AdminProduct>(`/admin/products/${id}`, { method: "PATCH", body }),
    onSaved: (product) => {
      show(product);
      return "The change is in force.";
    },
  });
  const show = (product: AdminProduct): void => {
    head.show(product);
    bar.show(product);
    figures.show(product);
    charts.showStock(product);
  };
  show(first);
  void orders.search({ productId: id, userId: "" });
  const end = followProduct(session, first, { onProduct: show, onState: head.showConnection });

  const stock = element("section", { class: "card block", "aria-label": "Stock" }, figures.node, bar.node);
  const node = element(
    "div",
    {},
    head.node,
    stock,
    charts.node,
    element("div", { class: "two" }, section("change", "Change the sale", form), createReconcilePanel(session, id)),
    section("orders", "Orders", orders.node),
  );
  return {
    node,
    heading: head.heading,
    close() {
      end();
      charts.close();
      orders.close();
    },
  };
}

function createHead(session: Session, first: AdminProduct) {
  const heading = element("h1");
  const pill = element("span");
  const terms = element("p", { class: "soft" });
  const connection = element("p", { role: "status", class: "soft small" }, "Connecting …");
  const ending = createEndSale(session, first);
  const back = element("a", { class: "back", href: hrefOf({ kind: "sales" }) }, "All sales");
  const title = element("div", { class: "title" }, heading, pill);
  const shop = element("a", { class: "button", href: appUrl(`/?productId=${first.id}`) }, "See it in the shop");
  const actions = element("div", { class: "actions" }, shop, ending.button);
  return {
    heading,
    node: element(
      "div",
      {},
      back,
      element("div", { class: "view-head" }, element("div", {}, title, terms, connection), actions),
      ending.said,
    ),
    showConnection(state: Connection): void {
      connection.textContent = CONNECTIONS[state];
    },
    show(product: AdminProduct): void {
      const { name, status, price, currency, perUserLimit } = product;
      heading.textContent = name;
      pill.replaceChildren(statePill(status));
      terms.textContent = `${money(price, currency)} · ${units(perUserLimit)} a buyer · ${saleWindow(product)}`;
      ending.show(product);
    },
  };
}

function section(id: string, title: string, content: HTMLElement): HTMLElement {
  return element("section", { class: "card block", "aria-labelledby": id }, element("h2", { id }, title), content);
}
