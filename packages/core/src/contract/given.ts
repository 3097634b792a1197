import type { Order } from "../order.js";
import type { Changes } from "../ports/changes.js";
import type { CommitAnswer, OrderPages, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { Product } from "../product.js";
import type { OrderDraft } from "../reservation.js";
import { expect } from "./case.js";

/** What a suite over the durable stores works on; empty for every case. */
export interface DatabaseHarness {
  readonly products: Products;
  readonly orders: Orders;
}

/** What the suite of Changes needs of a store; empty for every case. */
export interface ChangesHarness extends DatabaseHarness {
  readonly changes: Changes;
  readonly orderPages: OrderPages;
}

/** The id number `n`: greater numbers have greater ids. */
export function idOf(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
}

export const PRODUCT = idOf(1);
export const OTHER_PRODUCT = idOf(2);

export function productOf(changes: Partial<Product> = {}): Product {
  return {
    id: PRODUCT,
    name: "Console",
    description: null,
    priceMinor: 49_900,
    currency: "USD",
    totalQuantity: 100,
    perUserLimit: 3,
    saleStartAtMs: 1_700_000_000_000,
    saleEndAtMs: 1_700_007_200_000,
    createdAtMs: 1_699_999_999_999,
    revision: 0,
    epoch: 0,
    committed: 0,
    soldQuantity: 0,
    ...changes,
  };
}

/** Puts a product on sale whose ledger is at epoch 1, the epoch of every draft. */
export async function givenProduct(
  { products, orders }: DatabaseHarness,
  changes: Partial<Product> = {},
): Promise<Product> {
  const product = productOf(changes);
  await products.create([product]);
  await orders.withLedger(product.id, (ledger) => ledger.moveEpoch(1));
  return { ...product, epoch: 1 };
}

/** A reservation of one unit by a buyer of its own. */
export function draftOf(n: number, changes: Partial<OrderDraft> = {}): OrderDraft {
  return {
    id: idOf(1_000 + n),
    productId: PRODUCT,
    epoch: 1,
    userId: `user-${n}`,
    quantity: 1,
    priceMinor: 49_900,
    fingerprint: "1",
    admittedAtMs: 1_700_000_000_001 + n,
    deadlineMs: 1_700_000_010_001 + n,
    currency: "USD",
    metadata: null,
    ...changes,
  };
}

export function draftsOf(from: number, count: number, changes: Partial<OrderDraft> = {}): OrderDraft[] {
  return Array.from({ length: count }, (_, index) => draftOf(from + index, changes));
}

/** The order that a draft becomes. */
export function orderOf(draft: OrderDraft, number: number): Order {
  const { id, productId, userId, quantity, priceMinor, currency, fingerprint, metadata, admittedAtMs } = draft;
  return {
    id,
    number,
    productId,
    userId,
    quantity,
    priceMinor,
    currency,
    status: "confirmed",
    fingerprint,
    metadata,
    admittedAtMs,
  };
}

/** An answer in one word: "created 3", "stands 3", "void limit", "conflict", "epoch-moved". */
export function told(answer: CommitAnswer | undefined): string {
  if (answer?.kind === "order") return `${answer.created ? "created" : "stands"} ${answer.order.number}`;
  return answer?.kind === "void" ? `void ${answer.cause}` : (answer?.kind ?? "none");
}

export async function committed(orders: Orders, productId = PRODUCT): Promise<number> {
  const units = await orders.withLedger(productId, (ledger) => Promise.resolve(ledger.committed));
  expect(units !== null, "the product has a ledger");
  return units;
}
