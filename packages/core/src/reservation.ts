/** One attempt to buy. Its id becomes the order's id; the hold fixes the rest, and the order copies it. */
export interface Reservation {
  readonly id: string;
  readonly productId: string;
  /** The inventory's life in which the units are held. */
  readonly epoch: number;
  readonly userId: string;
  readonly quantity: number;
  /** Price of one unit, in minor units, when the buyer was admitted. */
  readonly priceMinor: number;
  /** Tells this request from another one that comes with the same id. */
  readonly fingerprint: string;
  /** By the hot store's clock. */
  readonly admittedAtMs: number;
  /** From here on, by the hot store's clock, the reaper may end the reservation. */
  readonly deadlineMs: number;
}

/** What the commit writes: the reservation and what the hold does not carry. */
export interface OrderDraft extends Reservation {
  readonly currency: string;
  readonly metadata: Metadata | null;
}

/** Field by field: what a spread makes and is then added to is an object that the engine looks through slowly ever after (5 µs, measured). */
export function draftOf(reservation: Reservation, currency: string, metadata: Metadata | null): OrderDraft {
  const { id, productId, epoch, userId, quantity, priceMinor, fingerprint, admittedAtMs, deadlineMs } = reservation;
  return {
    id,
    productId,
    epoch,
    userId,
    quantity,
    priceMinor,
    fingerprint,
    admittedAtMs,
    deadlineMs,
    currency,
    metadata,
  };
}

/** The caller's own words about a purchase: JSON, kept with the order and never looked into. */
export type Metadata = { readonly [key: string]: unknown };

/**
 * The fingerprint of a purchase request: its quantity and its metadata, and nothing else, so that a retry with
 * another `expectedPrice` is still the same purchase.
 */
export function fingerprintOf(
  quantity: number,
  metadata: Metadata | null,
  derive: (parts: readonly string[]) => string,
): string {
  return metadata === null ? `${quantity}` : `${quantity}:${derive(["metadata", canonicalJson(metadata)])}`;
}

/** JSON with the keys of every object sorted, so that equal values have equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
