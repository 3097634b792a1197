import type { SaleCode } from "./codes.js";

/** Input that no port was asked about: nothing has changed. `field` names what is wrong. */
export class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
  readonly code = "INVALID_REQUEST" satisfies SaleCode;
  constructor(
    readonly field: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/**
 * A store did not answer. `effect` says what is known of the call: "none" it was certainly not carried out,
 * "unknown" it may have been, or may yet be.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  readonly code = "UNAVAILABLE" satisfies SaleCode;
  constructor(
    readonly store: "inventory" | "orders",
    readonly effect: "none" | "unknown",
    options?: { cause?: unknown },
  ) {
    super(`the ${store} store did not answer`, options);
  }
}

/** The store read the call and refused it as it stands; nothing of it was carried out, and repeating it is no use. */
export class StoreRejected extends Error {
  override readonly name = "StoreRejected";
  readonly code = "INTERNAL" satisfies SaleCode;
  constructor(
    readonly store: "inventory" | "orders",
    options?: { cause?: unknown },
  ) {
    super(
      `the ${store} store refused the call: ${options?.cause instanceof Error ? options.cause.message : "?"}`,
      options,
    );
  }
}

/** A fault that nobody foresaw, after a write was sent: an order may stand under `orderId`. Ask for it rather than buy again. */
export class OrderMayStand extends Error {
  override readonly name = "OrderMayStand";
  readonly code = "INTERNAL" satisfies SaleCode;
  constructor(
    readonly orderId: string,
    options: { cause: unknown },
  ) {
    super(`the order ${orderId} may stand`, options);
  }
}
