import { StoreUnavailable } from "../faults.js";
import { buyerOrder, unitsOf, type Ledger, type Order } from "../order.js";
import type { Product } from "../product.js";
import type { Clock } from "../ports/clock.js";
import type { CommitAnswer, LockedLedger, OrderPages, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { OrderDraft, Reservation } from "../reservation.js";

/** A void: an id that will never be an order. */
interface Void extends Pick<Reservation, "id" | "userId" | "fingerprint"> {
  readonly status: "void";
}

/** A product's ledger and its order rows, all written under one lock. */
interface Book {
  product: Product;
  soldQuantity: number;
  committed: number;
  lastNumber: number;
  readonly rows: Map<string, Order | Void>;
  /** By number, and by buyer. */
  readonly orders: Order[];
  readonly byBuyer: Map<string, Order[]>;
  /** Settles when whoever has the ledger's lock now lets it go. */
  unlocked: Promise<void>;
}

/** As Postgres' idle-in-transaction time-out: a process that stops while it has the lock must not stall the product. */
const LOCK_LIMIT_MS = 1_000;

/** What stands of one product at this moment, as checkers need to see it: voids included. */
export interface BookView {
  readonly product: Product;
  readonly ledger: Ledger;
  /** By number. */
  readonly orders: readonly Order[];
  readonly rows: ReadonlyMap<string, { readonly status: "void" | Order["status"] }>;
}

export interface MemoryDatabase {
  readonly products: Products;
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  /** For tests and simulations, in no port's name. The collections are live. Null where there is no such product. */
  inspect(productId: string): BookView | null;
}

/** Products, ledgers and orders in process memory: for tests, for embedding, and as the readable form of the SQL. */
export function createMemoryDatabase({ clock }: { clock: Clock }): MemoryDatabase {
  const books = new Map<string, Book>();
  const productOfOrder = new Map<string, string>();

  /** Runs `work` alone on a product's rows. */
  async function locked<T>(productId: string, work: (book: Book) => Promise<T> | T): Promise<T> {
    const book = books.get(productId);
    if (!book) throw new Error(`no ledger for product ${productId}`);
    const before = book.unlocked;
    let unlock = (): void => undefined;
    book.unlocked = new Promise((resolve) => (unlock = resolve));
    try {
      await before;
      return await work(book);
    } finally {
      unlock();
    }
  }

  function append(book: Book, draft: OrderDraft): Order {
    const { id, productId, userId, quantity, priceMinor, currency, fingerprint, metadata, admittedAtMs } = draft;
    book.lastNumber += 1;
    book.committed += quantity;
    const facts = { id, number: book.lastNumber, productId, userId, quantity, priceMinor, currency };
    const order: Order = { ...facts, status: "confirmed", fingerprint, metadata, admittedAtMs };
    book.rows.set(id, order);
    book.orders.push(order);
    book.byBuyer.set(userId, [...(book.byBuyer.get(userId) ?? []), order]);
    productOfOrder.set(id, productId);
    return order;
  }

  function decide(book: Book, epoch: number, draft: OrderDraft): CommitAnswer {
    const row = book.rows.get(draft.id);
    if (row) {
      if (row.userId !== draft.userId || row.fingerprint !== draft.fingerprint) return { kind: "conflict" };
      return row.status === "void" ? { kind: "void", cause: "standing" } : { kind: "order", order: row, created: false };
    }
    if (book.product.epoch !== epoch) return { kind: "epoch-moved" };

    const own = (book.byBuyer.get(draft.userId) ?? []).map(buyerOrder);
    const units = unitsOf(own) + draft.quantity;
    const cause = units > book.product.perUserLimit ? "limit" : book.committed + draft.quantity > book.product.totalQuantity ? "total" : null;
    if (cause === null) return { kind: "order", order: append(book, draft), created: true };
    voidRow(book, draft);
    return { kind: "void", cause };
  }

  function voidRow(book: Book, { id, userId, fingerprint }: Reservation): "void" | Order["status"] {
    const row = book.rows.get(id) ?? { id, userId, fingerprint, status: "void" };
    book.rows.set(id, row);
    return row.status;
  }

  const products: Products = {
    create: async (product) => {
      if (books.has(product.id)) return;
      const counts = { soldQuantity: 0, committed: 0, lastNumber: 0 };
      books.set(product.id, { product, ...counts, rows: new Map(), orders: [], byBuyer: new Map(), unlocked: Promise.resolve() });
    },
    find: async (id) => books.get(id)?.product ?? null,
    newest: async () =>
      [...books.values()]
        .map(({ product }) => product)
        .reduce<Product | null>((newest, product) => (newest && newest.createdAtMs > product.createdAtMs ? newest : product), null),
    live: async (startsByMs, endsAfterMs) =>
      [...books.values()]
        .map(({ product }) => product)
        .filter(({ saleStartAtMs, saleEndAtMs }) => saleStartAtMs <= startsByMs && saleEndAtMs > endsAfterMs),
    page: async (afterId, limit) =>
      [...books.values()]
        .map(({ product }) => product)
        .filter(({ id }) => afterId === null || id > afterId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    projectSold: async () => {
      const behind = [...books.values()].filter(({ soldQuantity, committed }) => soldQuantity !== committed);
      for (const book of behind) book.soldQuantity = book.committed;
      return behind.length;
    },
  };

  const orders: Orders = {
    commit: (productId, epoch, drafts) => locked(productId, (book) => drafts.map((draft) => decide(book, epoch, draft))),
    void: (productId, reservations) =>
      locked(productId, (book) => reservations.map((reservation) => voidRow(book, reservation))),
    find: async (id) => {
      const row = books.get(productOfOrder.get(id) ?? "")?.rows.get(id);
      return row && row.status !== "void" ? row : null;
    },
    ofBuyer: async (productId, userId) => [...(books.get(productId)?.byBuyer.get(userId) ?? [])].reverse(),
    withLedger: async (productId, work) => {
      if (!books.has(productId)) return null;
      return locked(productId, async (book) => {
        let epoch = book.product.epoch;
        const late = clock.sleep(LOCK_LIMIT_MS).then(() => {
          throw new StoreUnavailable("orders", "none");
        });
        const result = await Promise.race([work(lockedLedger(book, (next) => (epoch = next))), late]);
        book.product = { ...book.product, epoch };
        return result;
      });
    },
  };

  const orderPages: OrderPages = {
    orders: async (productId, afterNumber, limit) =>
      (books.get(productId)?.orders ?? []).filter(({ number }) => number > afterNumber).slice(0, limit),
    buyers: async (productId, afterUserId, limit) => {
      const all = [...(books.get(productId)?.byBuyer ?? [])];
      const next = all.filter(([userId]) => afterUserId === null || userId > afterUserId);
      const page = next.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
      return page.map(([userId, orders]) => ({ userId, orders: orders.map(buyerOrder) }));
    },
  };

  function inspect(productId: string): BookView | null {
    const book = books.get(productId);
    return book ? { product: book.product, ledger: ledgerOf(book), orders: book.orders, rows: book.rows } : null;
  }

  return { products, orders, orderPages, inspect };
}

function ledgerOf({ product, committed }: Book): Ledger {
  return { epoch: product.epoch, revision: product.revision, total: product.totalQuantity, committed };
}

function lockedLedger(book: Book, moveEpoch: (epoch: number) => void): LockedLedger {
  const { product, rows } = book;
  return {
    ...ledgerOf(book),
    product,
    moveEpoch: async (epoch) => moveEpoch(epoch),
    confirmed: async (ids) =>
      ids.flatMap((id) => {
        const row = rows.get(id);
        return row?.status === "confirmed" ? [{ id, units: row.quantity }] : [];
      }),
  };
}
