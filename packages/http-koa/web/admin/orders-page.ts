import { element } from "../shared/element.js";
import type { AdminProduct } from "../shared/views.js";
import { createField } from "./form-field.js";
import { createOrdersPanel } from "./orders-panel.js";
import { clearRefusal, showRefusal } from "./refused-fields.js";
import { hrefOf, type OrderSearch } from "./routes.js";
import { createSalesPages } from "./sales-pages.js";
import type { Session } from "./session.js";
import type { View } from "./view.js";

const ORDERS_A_PAGE = 25;

/** Orders of all sales, searched by product and buyer. */
export function ordersView(session: Session, first: OrderSearch): View {
  const panel = createOrdersPanel(session, first, ORDERS_A_PAGE);
  const ending = new AbortController();
  const products = productChoice(session, first.productId, ending.signal);
  const product = createField({ name: "productId", label: "Product", control: products });
  const user = createField({
    name: "userId",
    label: "Buyer",
    control: element("input", {
      class: "input",
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      value: first.userId,
    }),
  });
  const fields = [product, user];
  const heading = element("h1", {}, "Orders");

  const find = async (): Promise<void> => {
    const search = { productId: product.control.value, userId: user.control.value.trim() };
    // The search can be shared and comes back after a reload; this page stays as it is.
    history.replaceState(null, "", hrefOf({ kind: "orders", ...search }));
    clearRefusal(fields);
    const answer = await panel.search(search);
    if (!answer.ok) showRefusal(answer, fields);
  };
  const form = element(
    "form",
    {
      class: "card search",
      role: "search",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void find();
      },
    },
    ...fields.map(({ node }) => node),
    element("button", { type: "submit", class: "button primary" }, "Search"),
  );
  void find();

  return {
    node: element("div", {}, element("div", { class: "view-head" }, heading), form, panel.node),
    heading,
    close() {
      ending.abort();
      panel.close();
    },
  };
}

function productChoice({ call }: Session, chosen: string, signal: AbortSignal): HTMLSelectElement {
  const all = element("option", { value: "" }, "All products");
  const choice = element("select", { class: "input" }, all);
  const optionOf = (id: string, name: string): HTMLElement =>
    element("option", { value: id, selected: id === chosen }, name);
  if (chosen !== "") choice.append(optionOf(chosen, chosen));
  void createSalesPages(call)
    .read(signal)
    .then((answer) => {
      if (!answer.ok || signal.aborted) return;
      const selected = choice.value;
      const isListed = selected === "" || answer.data.some(({ id }) => id === selected);
      const unlisted = isListed ? [] : [optionOf(selected, selected)];
      choice.replaceChildren(all, ...answer.data.map(({ id, name }: AdminProduct) => optionOf(id, name)), ...unlisted);
      choice.value = selected;
    });
  return choice;
}
