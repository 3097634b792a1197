import { createHash } from "node:crypto";

/** Every machine code a caller may read, with its HTTP status. 503 is the only 5xx there is. */
export const STATUS_OF = {
  INVALID_REQUEST: 400,
  SALE_NOT_STARTED: 400,
  SALE_ENDED: 400,
  SOLD_OUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  ALREADY_PURCHASED: 403,
  PURCHASE_IN_PROGRESS: 403,
  PRODUCT_NOT_FOUND: 404,
  ORDER_NOT_FOUND: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PRICE_CHANGED: 409,
  TOTAL_TOO_LOW: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  OVERLOADED: 429,
  UNAVAILABLE: 503,
  INTERNAL: 503,
} as const;

/** A refusal's name, for programs. It stays, and is the key of its message. */
export type Code = keyof typeof STATUS_OF;
export type Details = Readonly<Record<string, unknown>>;
/** Headers of one refusal alone, over those that its status brings along. */
export type Headers = Readonly<Record<string, string>>;

export interface Success {
  readonly kind: "success";
  readonly status: 200 | 201;
  readonly data: unknown;
}

export interface RefusedAnswer {
  readonly kind: "refused";
  readonly code: Code;
  /** A sentence for people. */
  readonly error: string;
  readonly details: Details | undefined;
  readonly headers?: Headers;
}

/** Says whether what a caller has is still the newest. */
export function etagOf(content: string | Buffer): string {
  return `"${createHash("sha256").update(content).digest("base64url").slice(0, 27)}"`;
}

/** Success that many are told alike: written once, and kept by whoever stands in between. */
export interface Shown {
  readonly kind: "shown";
  /** The envelope with the data, as JSON. */
  readonly body: string;
  readonly etag: string;
}

export type Answer = Success | Shown | RefusedAnswer;

/** Seconds after which a caller who was told to come back may. */
export const RETRY_AFTER_S = 1;

export function success(data: unknown, status: Success["status"] = 200): Success {
  return { kind: "success", status, data };
}

export function refused(code: Code, error: string, details?: Details): RefusedAnswer {
  return { kind: "refused", code, error, details };
}

/** Ends a request from wherever the reason is found, before any use case was asked. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly headers: Headers;
  constructor(
    readonly code: Code,
    sentence: string,
    { headers = {}, cause }: { readonly headers?: Headers; readonly cause?: unknown } = {},
  ) {
    super(sentence, { cause });
    this.headers = headers;
  }
}
