/**
 * What clients saw of a sale: the calls they made, when, and what they heard. Instants are in ms of any one clock.
 * Plain data, so that a run on real processes can be judged by the same check as a simulated one.
 */
export interface History {
  readonly sales: readonly SaleFacts[];
  readonly calls: readonly Call[];
  /**
   * When units were not free, as somebody saw it who watched the stores. Left out, every call is taken to hold what it asks for
   * as long as it may: sound, and blind to what happens meanwhile.
   */
  readonly taken?: readonly Taken[];
  /** What the inventory had as its total, and when, as that observer saw it. Left out, whatever was asked for counts. */
  readonly totals?: readonly SeenTotal[];
  /**
   * When the inventory was at another state than it should be and nothing could tell. Then only the orders are to be relied on: what
   * was refused or looked at meanwhile is not judged.
   */
  readonly unreliable?: readonly Unreliable[];
}

/** A time in which nobody could tell that the inventory was wrong. */
export interface Unreliable {
  readonly productId: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A sale as it was put on. */
export interface SaleFacts {
  readonly productId: string;
  readonly totalQuantity: number;
  readonly perUserLimit: number;
}

/** Units that were not free: held for a reservation, withheld for a change, or sold. */
export interface Taken {
  readonly productId: string;
  readonly userId: string;
  readonly units: number;
  readonly fromMs: number;
  /** Until then a hold; from then on, to `untilMs`, an order. */
  readonly heldUntilMs: number;
  /** Infinity: to the end. */
  readonly untilMs: number;
}

/** The total of a product, while it was so many units. */
export interface SeenTotal {
  readonly productId: string;
  readonly units: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Timed {
  readonly productId: string;
  readonly askedAtMs: number;
  /** Infinity: nobody has heard of its end, so it may take effect at any later time, or never. */
  readonly answeredAtMs: number;
}

/** Somebody tried to buy. */
export interface PurchaseCall extends Timed {
  readonly kind: "purchase";
  readonly userId: string;
  /** What is bought once: calls with one key, or one reservation id, share a name; any other call has a name of its own. */
  readonly name: string;
  /** Requests of one name that differ are not one purchase: their shop must say so. */
  readonly request: string;
  readonly units: number;
  /** Asked again with a name of its own, it would be another purchase: then its process may refuse it from memory. */
  readonly repeatable: boolean;
  /** The process that took it. */
  readonly server: string;
  readonly answer: PurchaseAnswer;
}

/** What a buyer was told. */
export type PurchaseAnswer =
  | { readonly kind: "sold"; readonly order: SeenOrder }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "limit-reached"; readonly orderIds: readonly string[]; readonly unitsLeft: number }
  | { readonly kind: "key-reused" }
  /** No order came of this call, and nothing else is said. */
  | { readonly kind: "nothing" }
  /** An order may stand; under this id, where one was told. */
  | { readonly kind: "unknown"; readonly orderId: string | null };

/** An order as its buyer saw it. */
export interface SeenOrder {
  readonly id: string;
  readonly number: number;
  readonly units: number;
  readonly cancelled: boolean;
}

/** An order was to be cancelled. */
export interface CancelCall extends Timed {
  readonly kind: "cancel";
  readonly orderId: string;
  readonly answer: "cancelled" | "no-such-order" | "unknown";
}

/** A buyer's orders of a product, all of them, as asked for after the sale or in the middle of it. */
export interface OrdersCall extends Timed {
  readonly kind: "orders";
  readonly userId: string;
  /** `name`: of the purchase, where the order tells it. */
  readonly answer: readonly (SeenOrder & { readonly name: string | null })[] | "unknown";
}

/** A product was to be changed. */
export interface ChangeCall extends Timed {
  readonly kind: "change";
  readonly totalQuantity: number | null;
  readonly perUserLimit: number | null;
  readonly answer: "changed" | "refused" | "unknown";
}

/** A look at how the sale stands. */
export interface LookCall extends Timed {
  readonly kind: "look";
  readonly answer: SeenStock | "unknown";
}

/** The stock as somebody saw it. */
export interface SeenStock {
  readonly epoch: number;
  readonly revision: number;
  readonly totalQuantity: number;
  readonly available: number;
  readonly held: number;
  readonly purchased: number;
}

/** What a client asked of the sale. */
export type Call = PurchaseCall | CancelCall | OrdersCall | ChangeCall | LookCall;
