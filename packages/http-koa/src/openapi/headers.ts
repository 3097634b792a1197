import { IDEMPOTENCY_KEY } from "@flash-sale/core";
import { z } from "zod";

/** Headers of requests and answers, as the API's document describes them. */

export const requestId = {
  "X-Request-Id": {
    description: "The request's id, which its lines in the log carry.",
    schema: { type: "string", maxLength: 64 },
  },
} as const;

export const retryAfter = {
  "Retry-After": { description: "Seconds after which to ask again.", schema: { type: "integer", minimum: 1 } },
} as const;

export const challenge = {
  "WWW-Authenticate": { description: "Where a token would do: what is wrong with it.", schema: { type: "string" } },
} as const;

export const requestHeaders = z.object({
  "X-Request-Id": z.string().optional().meta({
    description:
      "A gateway's own id for this request: 1 to 64 characters of `A-Z a-z 0-9 _ . : -`. One of another form is passed over, and a new one made.",
  }),
});

export const purchaseHeaders = requestHeaders.extend({
  "Idempotency-Key": z.string().regex(IDEMPOTENCY_KEY).optional().meta({
    maxLength: 64,
    description:
      "Repeating a purchase with the same key gives the same order and 200, for as long as the order is kept. One space of keys a user and product.",
  }),
});

export const etag = {
  ETag: {
    description: "Sent back as If-None-Match, it is answered 304 while nothing has changed.",
    schema: { type: "string" },
  },
} as const;

export const cached = {
  ...etag,
  "Cache-Control": { description: "A shared cache may keep it for a second.", schema: { type: "string" } },
} as const;
