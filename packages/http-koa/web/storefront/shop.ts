import { callApi, readServerClock } from "../shared/api.js";
import { followSale, type Connection } from "../shared/follow-sale.js";
import type { SaleView } from "../shared/views.js";
import { currentBuyer, rename, type Buyer } from "./buyer.js";
import { openDesk, type Buying, type BuyingDesk } from "./buying.js";
import type { Mine } from "./my-orders.js";
import { orderBook } from "./order-book.js";
import { salePage, type SalePage } from "./page.js";
import { present, turnOf, type Situation } from "./presentation.js";
import { quantityField } from "./quantity.js";
import { renameDialog } from "./rename-dialog.js";

/** The page of one sale, from when it was found: what it knows, and who is told when that changes. Answers how the sale stands. */
export function openShop(first: SaleView): { readonly page: SalePage; status(): SaleView["status"] } {
  const { productId } = first;
  let view = first;
  let buying: Buying = { kind: "idle" };
  let connection: Connection | null = null;
  let desk: BuyingDesk | null = null;
  let buyer: Buyer = currentBuyer();

  const quantity = quantityField(() => render());
  const book = orderBook(productId, () => render());
  const page = salePage({
    onBuy: () => desk?.buy({ quantity: quantity.value, expectedPrice: view.price }),
    // Not all in the same moment.
    onZero: () => setTimeout(() => void lookAtSale(), Math.random() * 500),
  });

  function situation(): Situation {
    const { mine, isStranger } = book;
    return { view, buying: asItStands(buying, mine), mine, isStranger, quantity: quantity.value };
  }

  function render(): void {
    page.showSale(view);
    quantity.limit(present(situation()).mostUnits);
    page.showPresentation(present(situation()));
    page.showBuyer(buyer, book.isStranger);
    page.showOrders(book.mine, view.productName);
  }

  function onView(next: SaleView): void {
    const turn = turnOf(view.status, next);
    if (turn !== null) page.announce(turn);
    // On sale, or on sale again: what was refused before is over.
    if (turn !== null && next.status === "active" && buying.kind === "refused") buying = { kind: "idle" };
    view = next;
    render();
  }

  /** The stream tells what changes by itself; without it, somebody has to ask. */
  async function lookAtSale(): Promise<void> {
    if (connection === "live") return;
    const answer = await callApi<SaleView>(`/sale/status/${productId}`, { cache: "no-cache" });
    if (answer.ok) onView(answer.data);
  }

  function onConnection(next: Connection): void {
    if (next === "offline") page.announce("The connection is lost. What you see may be old.");
    else if (connection === "offline") page.announce("Connected again.");
    connection = next;
    page.showConnection(next);
    if (next !== "offline") desk?.wake();
  }

  function onBuying(changed: Buying): void {
    buying = changed;
    if (changed.kind === "refused") void lookAtSale();
    render();
  }

  function serve(next: Buyer): void {
    desk?.close();
    buyer = next;
    buying = { kind: "idle" };
    desk = openDesk({ productId, buyer, onChange: onBuying, onOrders: () => book.look() });
    book.open(buyer);
    render();
    desk.resume();
  }

  renameDialog({
    current: () => buyer.userId,
    mayOpen: () => desk?.isBusy !== true,
    onName: (userId) => serve(rename(userId)),
  });
  whenSeenAgain(() => {
    void readServerClock();
    book.lookAgain();
  });
  serve(buyer);
  followSale(productId, { onView, onState: onConnection });
  return { page, status: () => view.status };
}

/** "It is yours" must not stay there when it is not any more. */
function asItStands(buying: Buying, mine: Mine | null): Buying {
  if (buying.kind !== "bought") return buying;
  const purchase = mine?.orders.find(({ orderId }) => orderId === buying.purchase.orderId);
  return purchase ? { kind: "bought", purchase } : buying;
}

function whenSeenAgain(work: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) work();
  });
}
