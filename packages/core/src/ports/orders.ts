import type { BuyerOrder, Ledger, Order } from "../order.js";
import type { Product } from "../product.js";
import type { OrderDraft, Reservation } from "../reservation.js";

/** How one reservation ended. */
export type CommitAnswer =
  /** The order that stands under the id: new, or from an earlier commit of the same reservation (then it may be cancelled). */
  | { readonly kind: "order"; readonly order: Order; readonly created: boolean }
  /**
   * No order, ever, under this id. "standing": it had been voided before. "limit" and "total": the buyer's limit or
   * the stock did not allow it, which a sound inventory would have known.
   */
  | { readonly kind: "void"; readonly cause: "standing" | "limit" | "total" }
  /** The id stands for another buyer or another request. */
  | { readonly kind: "conflict" }
  /** The inventory moved on to another life; nothing was written. */
  | { readonly kind: "epoch-moved" };

/** The ledger row while it is locked. */
export interface LockedLedger extends Ledger {
  readonly product: Product;
  /**
   * An epoch of `atLeast` or more, greater than the ledger's. No epoch is given twice, not even where this transaction is rolled
   * back: an inventory whose load comes late must not be taken for a newer one of the same number.
   */
  nextEpoch(atLeast: number): Promise<number>;
  /** Writes the new epoch; in force when the lock is let go. Throws StoreRejected unless it is a later one. */
  moveEpoch(epoch: number): Promise<void>;
  /** Of these reservations, those whose confirmed order stands, with its units. */
  confirmed(reservationIds: readonly string[]): Promise<{ readonly id: string; readonly units: number }[]>;
}

/** The durable orders of all products, and their ledgers. Faults throw StoreUnavailable or StoreRejected. */
export interface Orders {
  /**
   * Decides every reservation of one product, in the order given, in one transaction under the ledger's lock: the answers are in
   * the same order. Ids are distinct, and made for one product: of two that are sent one new id at the very same moment both may take it. Repeating it is safe: what stands is the answer. Throws StoreRejected where there is no such product;
   * none are answered by nothing, whatever the product.
   */
  commit(productId: string, epoch: number, drafts: readonly OrderDraft[]): Promise<CommitAnswer[]>;
  /**
   * Writes a void under each id that has no row yet, and answers what stands under each, in the order given; "changed": a change to
   * the product, for which the units were withheld. An id that stands for somebody else is "void" as well: it will never be an order of
   * this reservation's buyer. No such product, and none: as `commit`.
   */
  void(productId: string, reservations: readonly Reservation[]): Promise<("void" | "changed" | Order["status"])[]>;
  /** The order under an id; null for a void. */
  find(id: string): Promise<Order | null>;
  /** A buyer's orders of a product, the newest first. */
  ofBuyer(productId: string, userId: string): Promise<Order[]>;
  /**
   * Locks the product's ledger row while `work` runs, for a second at most, and carries out what it wrote, or
   * nothing where it throws. Null where there is no such product.
   */
  withLedger<T>(productId: string, work: (ledger: LockedLedger) => Promise<T>): Promise<T | null>;
}

/** Which orders to look for; null: of all. */
export interface OrderFilter {
  readonly productId: string | null;
  readonly userId: string | null;
}

/** A place between two orders. */
export interface OrderPlace {
  readonly productId: string;
  readonly number: number;
}

/** Orders in keyset pages: no call keeps a snapshot for longer than its page. */
export interface OrderPages {
  /** Orders behind a place, by product id and then by number. */
  search(filter: OrderFilter, after: OrderPlace | null, limit: number): Promise<Order[]>;
  /** Orders of a product with a number greater than `afterNumber`, by number. */
  orders(productId: string, afterNumber: number, limit: number): Promise<Order[]>;
  /** Buyers with a user id greater than `afterUserId`, by user id, each with all orders of the product. */
  buyers(
    productId: string,
    afterUserId: string | null,
    limit: number,
  ): Promise<{ readonly userId: string; readonly orders: readonly BuyerOrder[] }[]>;
  /** Those of these users who have an order of the product, a cancelled one also, in no particular order. */
  buyersAmong(productId: string, userIds: readonly string[]): Promise<string[]>;
}
