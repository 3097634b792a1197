import { element } from "../shared/element.js";
import { count, dateTime, money } from "../shared/format.js";
import type { Purchase } from "../shared/views.js";

export interface OrdersTable {
  readonly node: HTMLElement;
  show(orders: readonly Purchase[]): void;
  /** Shows an order as it is now, where it is shown; its row takes the focus, since the button that did it is gone. */
  replace(order: Purchase): void;
}

const HEADS: readonly (readonly [word: string, kind: string])[] = [
  ["Number", "number"],
  ["Buyer", ""],
  ["State", ""],
  ["Units", "number"],
  ["Total", "number"],
  ["Bought", ""],
  ["Order", ""],
];

/** `onCancel`: somebody wants this order cancelled. */
export function createOrdersTable(onCancel: (order: Purchase) => void): OrdersTable {
  const rows = new Map<string, HTMLTableRowElement>();
  const body = element("tbody");
  const head = HEADS.map(([word, kind]) => element("th", { scope: "col", class: kind }, word));
  const action = element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, "Cancel"));
  const table = element(
    "table",
    { class: "orders figures" },
    element("caption", { class: "visually-hidden" }, "Orders"),
    element("thead", {}, element("tr", {}, ...head, action)),
    body,
  );
  return {
    // A wide table scrolls in its own box, with the keyboard too.
    node: element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of orders" }, table),
    show(orders) {
      rows.clear();
      for (const order of orders) rows.set(order.orderId, rowOf(order, onCancel));
      body.replaceChildren(...rows.values());
    },
    replace(order) {
      const row = rowOf(order, onCancel);
      rows.get(order.orderId)?.replaceWith(row);
      rows.set(order.orderId, row);
      row.focus();
    },
  };
}

function rowOf(order: Purchase, onCancel: (order: Purchase) => void): HTMLTableRowElement {
  const isCompleted = order.status === "completed";
  const pill = element("span", { class: `pill ${isCompleted ? "good" : ""}` }, isCompleted ? "Completed" : "Cancelled");
  const cancel = element(
    "button",
    { type: "button", class: "button quiet small", onclick: () => onCancel(order) },
    "Cancel",
    element("span", { class: "visually-hidden" }, ` order ${order.number} of ${order.userId}`),
  );
  return element(
    "tr",
    { tabindex: -1 },
    element("td", { class: "number" }, count(order.number)),
    element("th", { scope: "row" }, order.userId),
    element("td", {}, pill),
    element("td", { class: "number" }, count(order.quantity)),
    element("td", { class: "number" }, money(order.total, order.currency)),
    element("td", {}, element("time", { datetime: order.purchasedAt }, dateTime(order.purchasedAt))),
    element("td", {}, element("code", {}, order.orderId)),
    element("td", { class: "action" }, ...(isCompleted ? [cancel] : [])),
  );
}
