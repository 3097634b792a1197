import type { BuyerOrder } from "../order.js";
import type { SaleTerms } from "../product.js";
import type { Reservation } from "../reservation.js";

/** What a buyer asks of the inventory. `epoch` is the life of the inventory that the caller knows. */
export interface HoldRequest {
  readonly productId: string;
  readonly epoch: number;
  readonly reservationId: string;
  readonly userId: string;
  readonly quantity: number;
  readonly fingerprint: string;
  /** Refuses when the price is another one. */
  readonly expectedPriceMinor: number | null;
}

/** Why no units are held. */
export type HoldRefusal =
  | "exceeds-limit" // more units asked than one buyer may ever own
  | "not-started"
  | "ended"
  | "price-changed"
  | "in-progress" // this buyer holds units of this product for another reservation
  | "limit-reached"
  | "sold-out";

/** Answers come in the order in which the checks are made. A refusal has changed nothing. */
export type HoldAnswer =
  /** No inventory of that epoch is in service here: it was lost, moved on, or never loaded. */
  | { readonly kind: "not-in-service" }
  /** The buyers are still being loaded, and this one is not known yet: teach, then ask again. */
  | { readonly kind: "unknown-buyer"; readonly revision: number }
  /** This very reservation was confirmed before; its order answers. */
  | { readonly kind: "already-ordered"; readonly orderId: string }
  | {
      readonly kind: "held" | "already-held";
      readonly epoch: number;
      readonly revision: number;
      readonly reservation: Reservation;
      readonly available: number;
    }
  | {
      readonly kind: "refused";
      readonly reason: HoldRefusal;
      readonly epoch: number;
      /** The buyer's orders of this product, cancelled ones included. */
      readonly orders: readonly BuyerOrder[];
      /** The reservation of the buyer's live hold, another one than this; null: there is none. */
      readonly holds: string | null;
      readonly perUserLimit: number;
      readonly available: number;
    };

/** An inventory at one instant. */
export interface InventoryStatus extends SaleTerms {
  readonly epoch: number;
  readonly available: number;
  readonly held: number;
  readonly purchased: number;
  /** False while admission may still answer "unknown-buyer". */
  readonly buyersLoaded: boolean;
  /** The hot store's clock. */
  readonly nowMs: number;
}

/** The hot stock. Every method is one atomic step. */
export interface Inventory {
  /**
   * Takes units from stock for a reservation, until it is confirmed or released. Sufficient alone: it needs no lock to
   * be right. `lock` says whether the caller was granted the buyer's lock; "taken" refuses with "in-progress", after all that is
   * checked before. Repeating it with the same id answers "already-held" and what was held then.
   */
  hold(request: HoldRequest, lock: "granted" | "taken"): Promise<HoldAnswer>;
  /** Makes holds the buyers' purchases. A hold that is not there, or not in `epoch`, is passed over: repeating is safe. */
  confirm(productId: string, epoch: number, reservations: readonly Reservation[]): Promise<void>;
  /**
   * Puts the units of holds back on sale; call it only after the reservation ended without an order (a void stands).
   * A hold that is not there is passed over. Answers the stock before and after.
   */
  release(
    productId: string,
    epoch: number,
    reservations: readonly Reservation[],
  ): Promise<{ readonly before: number; readonly after: number }>;
  /** Holds past their deadline by the hot store's clock, the oldest first, at most `max`. */
  expired(productId: string, epoch: number, max: number): Promise<Reservation[]>;
  /** Null where no whole inventory of that epoch is in service. */
  status(productId: string, epoch: number): Promise<InventoryStatus | null>;
  /** The counters and every live hold, of one instant: for reconcile. */
  audit(
    productId: string,
    epoch: number,
  ): Promise<{ readonly status: InventoryStatus; readonly holds: Reservation[] } | null>;
  /** What is known of these buyers, in the order given; null where no whole inventory of that epoch is in service. */
  buyers(productId: string, epoch: number, userIds: readonly string[]): Promise<KnownBuyer[] | null>;
}

/** What an inventory knows of one buyer. */
export interface KnownBuyer {
  /** Null: not known here. */
  readonly orders: readonly BuyerOrder[] | null;
  /** The reservation of the buyer's live hold; null: there is none. */
  readonly holds: string | null;
}

/** Some of the buyers that an inventory knows. */
export interface KnownBuyersPage {
  readonly buyers: readonly { readonly userId: string; readonly orders: readonly BuyerOrder[] }[];
  /** Where the next page begins; null: this was the last. */
  readonly next: string | null;
}

/** Putting an inventory in service, telling it what it must know of earlier buyers, and hearing whom it knows. */
export interface InventoryLoading {
  /**
   * Puts a new inventory in service under `epoch`, with `purchased = committed`, no hold and no buyer taught, in time that does
   * not depend on its size. Refuses, and changes nothing, where the epoch in service is `epoch` or later.
   */
  load(productId: string, epoch: number, terms: SaleTerms, committed: number): Promise<"loaded" | "refused">;
  /** The last epoch put in service here, whole or not; 0 where there is none. */
  lastEpoch(productId: string): Promise<number>;
  /**
   * Tells the orders of buyers the inventory does not know yet. A known buyer stays as it is: repeating is safe; after
   * `finishTeaching` everybody is known, and nothing is told any more. `revision` is what
   * the inventory was at before the orders were read: "behind" says that it has moved on, a cancelled order among what is told, perhaps:
   * read again.
   */
  teach(
    productId: string,
    epoch: number,
    revision: number,
    buyers: readonly { readonly userId: string; readonly orders: readonly BuyerOrder[] }[],
  ): Promise<"taught" | "behind" | "not-in-service">;
  /** All buyers are taught: from now on an unknown buyer is a new one. */
  finishTeaching(productId: string, epoch: number): Promise<void>;
  /**
   * Known buyers with their orders, in pages as long as the store likes: `from` is null at first, and then the page's `next`. Each page is
   * one atomic step, all of them are not: whoever is known all the while is named, perhaps more than once; who becomes known
   * meanwhile, perhaps. Null where no whole inventory of that epoch is in service.
   */
  knownBuyers(productId: string, epoch: number, from: string | null): Promise<KnownBuyersPage | null>;
}
