import type { Change } from "../change.js";
import type { Ledger, Order } from "../order.js";
import type { Product } from "../product.js";
import type { Changes } from "../ports/changes.js";
import type { Clock } from "../ports/clock.js";
import type { OrderPages, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import { ledgerOf, noBooks, productOf, type Books } from "./book.js";
import { memoryChanges } from "./changes.js";
import { memoryOrderPages, memoryOrders } from "./orders.js";
import { memoryProducts } from "./products.js";

/** What stands of one product at this moment, as checkers need to see it: voids included. */
export interface BookView {
  readonly product: Product;
  readonly ledger: Ledger;
  /** By number. */
  readonly orders: readonly Order[];
  /** By revision, from 1. */
  readonly changes: readonly Change[];
  readonly rows: ReadonlyMap<
    string,
    Pick<Order, "userId" | "fingerprint"> & { readonly status: "void" | Order["status"] }
  >;
}

/** The durable ports, in memory. */
export interface MemoryDatabase {
  readonly products: Products;
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly changes: Changes;
  /** For tests and simulations, in no port's name. The collections are live. Null where there is no such product. */
  inspect(productId: string): BookView | null;
  /** Of all that only the ledger, for whoever looks at every step. */
  ledger(productId: string): Ledger | null;
}

/** Products, ledgers and orders in process memory: for tests, for embedding, and as the readable form of the SQL. */
export function createMemoryDatabase({ clock, books = noBooks() }: { clock: Clock; books?: Books }): MemoryDatabase {
  return {
    products: memoryProducts(books),
    orders: memoryOrders(books, clock),
    orderPages: memoryOrderPages(books),
    changes: memoryChanges(books),
    inspect(productId) {
      const book = books.ofProduct.get(productId);
      if (!book) return null;
      const { orders, changes, rows } = book;
      return { product: productOf(book), ledger: ledgerOf(book), orders, changes, rows };
    },
    ledger(productId) {
      const book = books.ofProduct.get(productId);
      return book ? ledgerOf(book) : null;
    },
  };
}
