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
  const ending = new AbortController();
  const products = createSalesPages(session.call)
    .read(ending.signal)
    .then((answer) => (answer.ok ? answer.data : []));
  const names = products.then((all) => new Map(all.map(({ id, name }) => [id, name])));
  const panel = createOrdersPanel(session, { first, ordersAPage: ORDERS_A_PAGE, names });
  const choice = productChoice(products, first.productId);
  const product = createField({ name: "productId", label: "Product", control: choice });
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

function productChoice(products: Promise<readonly AdminProduct[]>, chosen: string): HTMLSelectElement {
  const all = element("option", { value: "" }, "All products");
  const choice = element("select", { class: "input" }, all);
  const optionOf = (id: string, name: string): HTMLElement => element("option", { value: id }, name);
  if (chosen !== "") choice.append(optionOf(chosen, chosen));
  choice.value = chosen;
  void products.then((found) => {
    const selected = choice.value;
    const isListed = selected === "" || found.some(({ id }) => id === selected);
    const unlisted = isListed ? [] : [optionOf(selected, selected)];
    choice.replaceChildren(all, ...found.map(({ id, name }) => optionOf(id, name)), ...unlisted);
    choice.value = selected;
  });
  return choice;
}
