import { element } from "../shared/element.js";
import { exactTime, money, units } from "../shared/format.js";
import type { Purchase } from "../shared/views.js";

/** One order as its buyer wants to find it: number, what, how much, when. */
export function orderItem(order: Purchase, productName: string): HTMLLIElement {
  const { number, quantity, price, total, currency, status, purchasedAt, orderId } = order;
  const isCancelled = status === "cancelled";
  const each = quantity === 1 ? "" : ` at ${money(price, currency)}`;
  return element(
    "li",
    { class: isCancelled ? "card order cancelled" : "card order", "data-order": orderId },
    element(
      "p",
      { class: "order-head" },
      element("strong", {}, `Order number ${number}`),
      element("span", { class: isCancelled ? "pill bad" : "pill good" }, isCancelled ? "Cancelled" : "Completed"),
    ),
    element(
      "dl",
      {},
      ...row("Bought", `${productName}, ${units(quantity)}${each}`),
      ...row("Total", money(total, currency)),
      ...row("Time", exactTime(purchasedAt)),
      ...row("Id", orderId),
    ),
  );
}

function row(name: string, value: string): HTMLElement[] {
  return [element("dt", {}, name), element("dd", { class: "figures" }, value)];
}
