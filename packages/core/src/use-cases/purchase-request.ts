import * as input from "../input.js";
import { toMinorUnits } from "../money.js";
import type { Product } from "../product.js";
import type { Ids } from "../ports/ids.js";
import type { Wish } from "./admit.js";
import { fingerprintOf, type Metadata } from "../reservation.js";

/** What a buyer asks for. */
export interface PurchaseRequest {
  readonly productId: string;
  readonly userId: string;
  /** Units, 1 or more. Default 1. */
  readonly quantity?: number | undefined;
  /** 1 to 64 printable ASCII characters: repeating the purchase with it gives the same order. One space of keys a user and product. */
  readonly idempotencyKey?: string | undefined;
  /** The caller's own UUID for this attempt, in place of a key: a retry with it gives the same order. */
  readonly reservationId?: string | undefined;
  /** Refused as "price-changed" when the price is another one. */
  readonly expectedPrice?: number | undefined;
  /** Kept with the order; at most 4 KiB as JSON. */
  readonly metadata?: Metadata | undefined;
}

/** A request that has been checked, with its product: what every attempt to serve it shares. */
export interface Attempts {
  readonly product: Product;
  readonly hold: Wish;
  readonly metadata: Metadata | null;
  /** Asked for again by its sender, this request must find its own order again. */
  readonly repeatable: boolean;
  /** The reservation id of attempt 1, 2, 3 …; null when there is none left. */
  reservationId(attempt: number): string | null;
  /** The reservation among these that an earlier attempt of this very request made. */
  ownOf(reservationIds: readonly string[]): string | null;
}

/** Reservation ids of one key. A void ends the attempt, not the key. */
const MAX_ATTEMPTS = 16;

/** @throws InvalidRequest, before any store was asked */
export function checkRequest(request: PurchaseRequest): void {
  input.uuid("productId", request.productId);
  input.require(input.USER_ID.test(request.userId), "userId", "must be 1 to 64 characters of A-Z a-z 0-9 _ . @ : -");
  input.integer("quantity", request.quantity ?? 1, 1, input.LIMITS.totalQuantity);
  if (request.reservationId !== undefined) input.uuid("reservationId", request.reservationId);
  if (request.idempotencyKey !== undefined) {
    input.require(
      input.IDEMPOTENCY_KEY.test(request.idempotencyKey),
      "Idempotency-Key",
      "must be 1 to 64 printable ASCII characters",
    );
    input.require(
      request.reservationId === undefined,
      "reservationId",
      "cannot be given together with an idempotency key",
    );
  }
  input.metadata(request.metadata);
}

export function attemptsAt(product: Product, request: PurchaseRequest, ids: Ids): Attempts {
  const { userId, idempotencyKey, expectedPrice, quantity = 1, metadata = null } = request;

  function reservationId(attempt: number): string | null {
    if (attempt > MAX_ATTEMPTS) return null;
    if (idempotencyKey !== undefined) return ids.derive([userId, product.id, idempotencyKey, attempt]);
    if (request.reservationId !== undefined) return attempt === 1 ? request.reservationId.toLowerCase() : null;
    return ids.next();
  }

  function ownOf(reservationIds: readonly string[]): string | null {
    if (idempotencyKey === undefined || reservationIds.length === 0) return null;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const id = reservationId(attempt);
      if (id !== null && reservationIds.includes(id)) return id;
    }
    return null;
  }

  return {
    product,
    metadata,
    repeatable: idempotencyKey !== undefined || request.reservationId !== undefined,
    hold: {
      productId: product.id,
      userId,
      quantity,
      fingerprint: fingerprintOf(quantity, metadata, ids.derive),
      expectedPriceMinor:
        expectedPrice === undefined ? null : toMinorUnits(expectedPrice, product.currency, "expectedPrice"),
    },
    reservationId,
    ownOf,
  };
}
