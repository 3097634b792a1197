import { byId, element } from "../shared/element.js";
import type { Connection } from "../shared/follow-sale.js";
import { count, money, nearTime } from "../shared/format.js";
import type { SaleView } from "../shared/views.js";
import type { Buyer } from "./buyer.js";
import { startCountdown } from "./countdown.js";
import type { Mine } from "./my-orders.js";
import { orderItem } from "./order-item.js";
import type { Presentation } from "./presentation.js";

/** The parts of the page, and how each shows what it is told. Nothing is decided here. */
export interface SalePage {
  showSale(view: SaleView): void;
  showPresentation(presentation: Presentation): void;
  showOrders(mine: Mine | null, productName: string): void;
  showConnection(connection: Connection): void;
  showBuyer(buyer: Buyer, isStranger: boolean): void;
  showNextSale(productName: string): void;
  /** For those who do not see the page. */
  announce(sentence: string): void;
}

const CONNECTIONS = {
  live: { word: "Live", tone: "good" },
  polling: { word: "Updated every few seconds", tone: "warn" },
  offline: { word: "No connection: this may be old", tone: "bad" },
} as const;

export function salePage({ onBuy, onZero }: { readonly onBuy: () => void; readonly onZero: () => void }): SalePage {
  const buy = byId("buy", HTMLButtonElement);
  const announcement = byId("announcement", HTMLElement);
  const countdown = startCountdown(byId("countdown-time", HTMLElement), onZero);
  // It stays a button that can be reached and read while it cannot be pressed: `disabled` would throw the focus away.
  buy.addEventListener("click", () => {
    if (buy.getAttribute("aria-disabled") !== "true") onBuy();
  });
  // A key that is held down presses once.
  buy.addEventListener("keydown", (event) => {
    if (event.repeat) event.preventDefault();
  });
  return {
    showSale,
    showPresentation({ state, button, message, countdown: wait }) {
      const pill = byId("state", HTMLElement);
      pill.className = `pill ${state.tone}`;
      setText(pill, state.word);
      document.title = `${state.word}: ${byId("name", HTMLElement).textContent}`;
      byId("countdown", HTMLElement).hidden = wait === null;
      setText(byId("countdown-label", HTMLElement), wait?.label ?? "");
      setText(byId("countdown-at", HTMLElement), wait ? nearTime(wait.untilMs) : "");
      countdown.until(wait?.untilMs ?? null);
      setText(buy, button.label);
      buy.setAttribute("aria-disabled", String(!button.isOpen));
      buy.setAttribute("aria-busy", String(button.isBusy));
      showMessage(message);
    },
    showOrders,
    showConnection(connection) {
      const { word, tone } = CONNECTIONS[connection];
      const pill = byId("connection", HTMLElement);
      pill.hidden = false;
      pill.className = `pill ${tone}`;
      setText(pill, word);
    },
    showBuyer({ userId, hasToken }, isStranger) {
      byId("buyer", HTMLElement).hidden = false;
      setText(byId("buyer-label", HTMLElement), isStranger ? "You are" : "Buying as");
      setText(byId("buyer-name", HTMLElement), isStranger ? "not signed in" : userId);
      byId("rename", HTMLElement).hidden = hasToken || isStranger;
    },
    showNextSale(productName) {
      const note = byId("next-sale", HTMLElement);
      if (!note.hidden) return;
      note.hidden = false;
      note.replaceChildren(`Another sale has been put on: ${productName}. `, element("a", { href: "./" }, "Show it"));
    },
    announce: (sentence) => setText(announcement, sentence),
  };
}

function showSale(view: SaleView): void {
  const { price, currency, perUserLimit, availableQuantity, totalQuantity, status } = view;
  byId("offer", HTMLElement).hidden = false;
  setText(byId("name", HTMLElement), view.productName);
  const description = byId("description", HTMLElement);
  description.hidden = view.description === null || view.description === "";
  setText(description, view.description ?? "");
  setText(byId("price", HTMLElement), money(price, currency));
  setText(
    byId("limit", HTMLElement),
    perUserLimit === 1 ? "one a buyer" : `each, ${count(perUserLimit)} a buyer at most`,
  );
  setText(byId("left-count", HTMLElement), status === "upcoming" ? count(totalQuantity) : count(availableQuantity));
  setText(byId("left-of", HTMLElement), leftOf(view));
  const stock = byId("stock", HTMLProgressElement);
  stock.max = totalQuantity;
  stock.value = availableQuantity;
}

function leftOf({ status, totalQuantity }: SaleView): string {
  if (status === "upcoming") return totalQuantity === 1 ? "unit" : "units";
  return `of ${count(totalQuantity)} left`;
}

function showMessage(message: Presentation["message"]): void {
  const box = byId("message", HTMLElement);
  const text = message ? `${message.tone} ${message.title} ${message.next}` : "";
  // Told to a screen reader again only where it says something new.
  if (box.dataset["said"] === text) return;
  box.dataset["said"] = text;
  if (message === null) {
    box.replaceChildren();
    box.className = "";
    return;
  }
  box.className = `notice ${message.tone}`;
  box.replaceChildren(element("p", {}, element("strong", {}, message.title)), element("p", {}, message.next));
  // On a phone it may be below the window's edge, and who has just pressed waits for it.
  if (document.activeElement?.id === "buy") box.scrollIntoView({ block: "nearest" });
}

function showOrders(mine: Mine | null, productName: string): void {
  const { orders, older } = mine ?? { orders: [], older: 0 };
  byId("orders", HTMLElement).hidden = orders.length + older === 0;
  const list = byId("order-list", HTMLElement);
  const items = orders.map((order) => orderItem(order, productName));
  const isSame =
    items.length === list.children.length && items.every((item, at) => item.isEqualNode(list.children[at] ?? null));
  // Left alone while nothing is new: somebody may be selecting a number.
  if (!isSame) list.replaceChildren(...items);
  const more = byId("older-orders", HTMLElement);
  more.hidden = older === 0;
  setText(more, `And ${count(older)} more.`);
}

function setText(part: HTMLElement, text: string): void {
  if (part.textContent !== text) part.textContent = text;
}
