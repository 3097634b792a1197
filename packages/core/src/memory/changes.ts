import type { Change, TermsChange } from "../change.js";
import type { Order } from "../order.js";
import type { ChangeAnswer, Changes, ProductEdit, Withheld } from "../ports/changes.js";
import type { Product } from "../product.js";
import { locked, type Book, type Books } from "./book.js";

/** What change_product and cancel_order do. */
export function memoryChanges(books: Books): Changes {
  const { ofProduct, productOfOrder } = books;
  return {
    change: async (productId, id, edit, withheld) =>
      ofProduct.has(productId) ? locked(books, productId, (book) => change(book, id, edit, withheld)) : null,
    cancel: async (orderId) => {
      const productId = productOfOrder.get(orderId);
      return productId === undefined ? null : locked(books, productId, (book) => cancel(book, orderId));
    },
    after: async (productId, revision, limit) =>
      (ofProduct.get(productId)?.changes ?? []).filter((one) => one.revision > revision).slice(0, limit),
  };
}

function change(book: Book, id: string, edit: ProductEdit, withheld: Withheld | null): ChangeAnswer {
  const standing = book.changes.find((one) => one.kind === "terms" && one.id === id);
  if (standing) return { kind: "changed", revision: standing.revision };
  if (book.rows.get(id)?.status === "void") return { kind: "void" };

  const { product, committed } = book;
  const changed = { ...product, ...edit };
  if (changed.totalQuantity < committed) return { kind: "total-too-low", committed };
  if (!isCovered(product, changed.totalQuantity, withheld)) return { kind: "moved" };
  if (changed.saleEndAtMs <= changed.saleStartAtMs) return { kind: "no-window" };

  const revision = product.revision + 1;
  book.product = { ...changed, revision };
  book.changes.push({ kind: "terms", id, productId: product.id, revision, terms: termsOf(changed) });
  return { kind: "changed", revision };
}

/** A lowered total needs its units, taken from the inventory of this very epoch and revision; any other needs none. */
function isCovered({ epoch, revision, totalQuantity }: Product, total: number, withheld: Withheld | null): boolean {
  const units = Math.max(0, totalQuantity - total);
  if (withheld === null) return units === 0;
  return withheld.units === units && withheld.epoch === epoch && withheld.revision === revision;
}

function termsOf(product: Product): TermsChange["terms"] {
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = product;
  return { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
}

function cancel(book: Book, orderId: string): Order | null {
  const row = book.rows.get(orderId);
  if (!row || row.status === "void") return null;
  if (row.status === "cancelled") return row;

  const order: Order = { ...row, status: "cancelled" };
  const { productId, userId, quantity: units } = order;
  const revision = book.product.revision + 1;
  const cancellation: Change = { kind: "cancel", id: orderId, productId, revision, userId, units };
  book.product = { ...book.product, revision };
  book.committed -= units;
  book.changes.push(cancellation);
  book.rows.set(orderId, order);
  book.orders[order.number - 1] = order;
  book.byBuyer.set(
    userId,
    (book.byBuyer.get(userId) ?? []).map((one) => (one.id === orderId ? order : one)),
  );
  return order;
}
