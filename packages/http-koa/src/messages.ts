import { SALE_MESSAGES } from "@flash-sale/core";
import type { Code } from "./answer.js";

/**
 * Of every code that the API answers, its English message: the key and the fallback of translated ones. An answer's own `error` may say more,
 * a number or a field among it.
 */
export const MESSAGES: Readonly<Record<Code, string>> = {
  ...SALE_MESSAGES,
  UNAUTHENTICATED: "Nobody is named, or the token is not valid.",
  FORBIDDEN: "This is for admins.",
  NOT_FOUND: "There is no such route.",
  METHOD_NOT_ALLOWED: "This route takes another method.",
  PAYLOAD_TOO_LARGE: "The body is too large.",
  UNSUPPORTED_MEDIA_TYPE: "The body must be JSON, sent with Content-Type: application/json.",
  RATE_LIMITED: "This user asks too often.",
};
