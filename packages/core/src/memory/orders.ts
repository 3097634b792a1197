import { StoreRejected, StoreUnavailable } from "../faults.js";
import { buyerOrder, type Order } from "../order.js";
import type { Clock } from "../ports/clock.js";
import type { OrderPages, Orders } from "../ports/orders.js";
import { decide, locked, lockedLedger, voidRow, type Books } from "./book.js";

/** As Postgres' idle-in-transaction time-out: a process that stops while it has the lock must not stall the product. */
const LOCK_LIMIT_MS = 1_000;

export function memoryOrders(books: Books, clock: Clock): Orders {
  const { ofProduct, productOfOrder } = books;
  return {
    commit: async (productId, epoch, drafts) =>
      drafts.length === 0
        ? []
        : locked(books, productId, (book) => drafts.map((draft) => decide(books, book, epoch, draft))),
    void: async (productId, reservations) =>
      reservations.length === 0
        ? []
        : locked(books, productId, (book) => reservations.map((reservation) => voidRow(book, reservation))),
    find: async (id) => {
      const row = ofProduct.get(productOfOrder.get(id) ?? "")?.rows.get(id);
      return row && row.status !== "void" ? row : null;
    },
    ofBuyer: async (productId, userId) => [...(ofProduct.get(productId)?.byBuyer.get(userId) ?? [])].reverse(),
    withLedger: async (productId, work) => {
      if (!ofProduct.has(productId)) return null;
      return locked(books, productId, async (book) => {
        let epoch = book.product.epoch;
        const late = clock.sleep(LOCK_LIMIT_MS).then(() => {
          throw new StoreUnavailable("orders", "none");
        });
        const moveEpoch = (next: number) => {
          // Never back: an older epoch's inventory would be believed again.
          if (next > epoch) epoch = next;
          else throw new StoreRejected("orders", { cause: new RangeError(`epoch ${next} is not a later one`) });
        };
        const result = await Promise.race([work(lockedLedger(books, book, moveEpoch)), late]);
        book.product = { ...book.product, epoch };
        return result;
      });
    },
  };
}

export function memoryOrderPages({ ofProduct }: Books): OrderPages {
  return {
    search: async ({ productId, userId }, after, limit) => {
      const isBehind = (order: Order) =>
        after === null ||
        order.productId > after.productId ||
        (order.productId === after.productId && order.number > after.number);
      const books = productId === null ? [...ofProduct.values()] : [ofProduct.get(productId)];
      const orders = books.flatMap((book) => book?.orders ?? []);
      return orders
        .filter((order) => (userId === null || order.userId === userId) && isBehind(order))
        .sort((a, b) => (a.productId < b.productId ? -1 : a.productId > b.productId ? 1 : a.number - b.number))
        .slice(0, limit);
    },
    orders: async (productId, afterNumber, limit) =>
      (ofProduct.get(productId)?.orders ?? []).filter(({ number }) => number > afterNumber).slice(0, limit),
    buyers: async (productId, afterUserId, limit) => {
      const all = [...(ofProduct.get(productId)?.byBuyer ?? [])];
      const next = all.filter(([userId]) => afterUserId === null || userId > afterUserId);
      const page = next.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
      return page.map(([userId, orders]) => ({ userId, orders: orders.map(buyerOrder) }));
    },
    buyersAmong: async (productId, userIds) =>
      userIds.filter((userId) => ofProduct.get(productId)?.byBuyer.has(userId)),
  };
}
