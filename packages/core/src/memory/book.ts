import { withholder, type Change } from "../change.js";
import { StoreRejected } from "../faults.js";
import { buyerOrder, unitsOf, type Ledger, type Order } from "../order.js";
import type { Product } from "../product.js";
import type { CommitAnswer, LockedLedger } from "../ports/orders.js";
import type { OrderDraft, Reservation } from "../reservation.js";

/** A void: an id that will never be an order. */
interface Void extends Pick<Reservation, "id" | "userId" | "fingerprint"> {
  readonly status: "void";
}

/** A product's ledger and its order rows, all written under one lock. */
export interface Book {
  product: Product;
  soldQuantity: number;
  committed: number;
  lastNumber: number;
  readonly rows: Map<string, Order | Void>;
  /** By number, and by buyer. */
  readonly orders: Order[];
  /** By revision, from 1. */
  readonly changes: Change[];
  readonly byBuyer: Map<string, Order[]>;
  /** Settles when whoever has the ledger's lock now lets it go. */
  unlocked: Promise<void>;
}

/** The books of all products, and which product's order an id is. */
export interface Books {
  readonly ofProduct: Map<string, Book>;
  readonly productOfOrder: Map<string, string>;
  /** No epoch is given twice, whatever becomes of it. */
  lastEpochGiven: number;
}

export function noBooks(): Books {
  return { ofProduct: new Map(), productOfOrder: new Map(), lastEpochGiven: 0 };
}

export function openBook(product: Product): Book {
  const counts = { soldQuantity: 0, committed: 0, lastNumber: 0 };
  return {
    product: { ...product, epoch: 0, revision: 0 },
    ...counts,
    rows: new Map(),
    orders: [],
    changes: [],
    byBuyer: new Map(),
    unlocked: Promise.resolve(),
  };
}

/** The product as it stands now. */
export function productOf({ product, committed, soldQuantity }: Book): Product {
  return { ...product, committed, soldQuantity };
}

/** Runs `work` alone on a product's rows. */
export async function locked<T>(books: Books, productId: string, work: (book: Book) => Promise<T> | T): Promise<T> {
  const book = books.ofProduct.get(productId);
  if (!book) throw new StoreRejected("orders", { cause: new RangeError(`no ledger for product ${productId}`) });
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

/** What commit_reservations decides, for one reservation. */
export function decide(books: Books, book: Book, epoch: number, draft: OrderDraft): CommitAnswer {
  const row = book.rows.get(draft.id);
  if (row) {
    const sameRequest = row.status === "void" || row.fingerprint === draft.fingerprint;
    if (row.userId !== draft.userId || !sameRequest) return { kind: "conflict" };
    return row.status === "void" ? { kind: "void", cause: "standing" } : { kind: "order", order: row, created: false };
  }
  if (books.productOfOrder.has(draft.id)) return { kind: "conflict" };
  if (book.product.epoch !== epoch) return { kind: "epoch-moved" };

  const cause = causeOfVoid(book, draft);
  if (cause === null) return { kind: "order", order: append(books, book, draft), created: true };
  voidRow(book, draft);
  return { kind: "void", cause };
}

function causeOfVoid(
  { product, committed, byBuyer }: Book,
  { userId, quantity }: OrderDraft,
): "limit" | "total" | null {
  const units = unitsOf((byBuyer.get(userId) ?? []).map(buyerOrder)) + quantity;
  if (units > product.perUserLimit) return "limit";
  return committed + quantity > product.totalQuantity ? "total" : null;
}

function append(books: Books, book: Book, draft: OrderDraft): Order {
  const { id, productId, userId, quantity, priceMinor, currency, fingerprint, metadata, admittedAtMs } = draft;
  book.lastNumber += 1;
  book.committed += quantity;
  const facts = { id, number: book.lastNumber, productId, userId, quantity, priceMinor, currency };
  const order: Order = { ...facts, status: "confirmed", fingerprint, metadata, admittedAtMs };
  book.rows.set(id, order);
  book.orders.push(order);
  book.byBuyer.set(userId, [...(book.byBuyer.get(userId) ?? []), order]);
  books.productOfOrder.set(id, productId);
  return order;
}

export function voidRow(
  book: Book,
  { id, userId, fingerprint }: Pick<Reservation, "id" | "userId" | "fingerprint">,
): "void" | "changed" | Order["status"] {
  const isChange = book.changes.some((change) => change.kind === "terms" && change.id === id);
  if (isChange && userId === withholder(id)) return "changed";
  const row = book.rows.get(id) ?? { id, userId, fingerprint, status: "void" };
  book.rows.set(id, row);
  // An id that is somebody else's will never be this buyer's.
  return row.userId === userId ? row.status : "void";
}

export function ledgerOf({ product, committed }: Book): Ledger {
  return { epoch: product.epoch, revision: product.revision, total: product.totalQuantity, committed };
}

export function lockedLedger(books: Books, book: Book, moveEpoch: (epoch: number) => void): LockedLedger {
  const { product, rows } = book;
  return {
    ...ledgerOf(book),
    product: productOf(book),
    nextEpoch: async (atLeast) =>
      (books.lastEpochGiven = Math.max(books.lastEpochGiven, product.epoch, atLeast - 1) + 1),
    moveEpoch: async (epoch) => moveEpoch(epoch),
    confirmed: async (ids) =>
      ids.flatMap((id) => {
        const row = rows.get(id);
        return row?.status === "confirmed" ? [{ id, units: row.quantity }] : [];
      }),
  };
}
