import type { Answer } from "../shared/api.js";
import { element } from "../shared/element.js";
import type { Purchase } from "../shared/views.js";
import { cancelOrder } from "./cancel-order.js";
import { createCsvPanel } from "./csv-panel.js";
import { createOrdersTable } from "./orders-table.js";
import type { Page } from "./page.js";
import { orderQuery, type OrderSearch } from "./routes.js";
import type { Session } from "./session.js";

export interface OrdersPanel {
  readonly node: HTMLElement;
  /** Shows the first page of another search. */
  search(search: OrderSearch): Promise<Answer<Page<Purchase>>>;
  close(): void;
}

/** Orders page by page, what can be done with one of them, and all of them as a file. */
export function createOrdersPanel(session: Session, first: OrderSearch, ordersAPage: number): OrdersPanel {
  const { call } = session;
  const status = element("p", { role: "status", class: "soft", tabindex: -1 });
  const previous = element("button", { type: "button", class: "button", hidden: true }, "Previous page");
  const next = element("button", { type: "button", class: "button", hidden: true }, "Next page");
  const again = element("button", { type: "button", class: "button" }, "Refresh");
  const csv = createCsvPanel(session, first);
  const table = createOrdersTable((order) => void cancel(order));
  let search = first;
  /** Of the pages up to the shown one. */
  let cursors: readonly (string | null)[] = [null];
  let following: string | null = null;
  let asked = 0;

  const load = async (wanted: typeof cursors): Promise<Answer<Page<Purchase>>> => {
    const turn = (asked += 1);
    const query = orderQuery(search);
    const cursor = wanted.at(-1) ?? null;
    query.set("limit", String(ordersAPage));
    if (cursor !== null) query.set("cursor", cursor);
    table.node.setAttribute("aria-busy", "true");
    const answer = await call<Page<Purchase>>(`/admin/orders?${query.toString()}`);
    // Somebody has searched for something else meanwhile.
    if (turn !== asked) return answer;
    table.node.removeAttribute("aria-busy");
    if (!answer.ok) {
      // What is wrong with it is told at its field.
      status.textContent = answer.code === "INVALID_REQUEST" ? "The search was refused." : answer.error;
      return answer;
    }
    const { items, nextCursor } = answer.data;
    [cursors, following] = [wanted, nextCursor];
    table.show(items);
    table.node.hidden = items.length === 0;
    previous.hidden = cursors.length === 1;
    next.hidden = nextCursor === null;
    status.textContent = summary(items.length, cursors.length, nextCursor !== null);
    return answer;
  };

  const cancel = async (order: Purchase): Promise<void> => {
    const cancelling = await cancelOrder(call, order);
    if (cancelling === null) return;
    if (cancelling.order !== null) table.replace(cancelling.order);
    status.textContent = cancelling.sentence;
  };
  const turnTo = async (wanted: typeof cursors): Promise<void> => {
    await load(wanted);
    status.focus();
  };

  previous.addEventListener("click", () => void turnTo(cursors.slice(0, -1)));
  next.addEventListener("click", () => void turnTo([...cursors, following]));
  again.addEventListener("click", () => void load(cursors));

  return {
    node: element(
      "div",
      { class: "orders-panel" },
      element("div", { class: "orders-head" }, status, csv.node),
      table.node,
      element("div", { class: "actions" }, previous, next, again),
    ),
    search(wanted) {
      search = wanted;
      csv.search(wanted);
      return load([null]);
    },
    close: csv.close,
  };
}

function summary(items: number, page: number, isMore: boolean): string {
  if (items === 0) return page === 1 ? "No orders found." : "No more orders.";
  const orders = items === 1 ? "1 order" : `${items} orders`;
  return page === 1 && !isMore ? `${orders} found.` : `Page ${page}: ${orders}.`;
}
