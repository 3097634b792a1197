import { createHash, timingSafeEqual } from "node:crypto";
import { InvalidRequest, USER_ID } from "@flash-sale/core";
import { RequestRefused } from "./answer.js";
import type { ApiContext } from "./api.js";
import { header } from "./request.js";

/** Names the buyer of a request, from what its query and its body say, or refuses. */
export type Buyer = (ctx: ApiContext, fromQuery: string | undefined, fromBody?: string) => string;
/** Refuses whoever is no admin. */
export type AdminGate = (ctx: ApiContext) => void;

/**
 * Who the buyer is, where a gateway in front has checked it: the header `x-user-id`, else `?userId=`, else the body's `userId`. The
 * first that is there wins, also when it is no user id: what the gateway set must not be passed by with a query.
 */
export const trustedBuyer: Buyer = (ctx, fromQuery, fromBody) => {
  const userId = header(ctx, "x-user-id") ?? fromQuery ?? fromBody;
  if (userId === undefined) {
    throw new RequestRefused(
      "UNAUTHENTICATED",
      "Say who buys: in the header x-user-id, in ?userId=, or in the body's userId.",
    );
  }
  if (!USER_ID.test(userId))
    throw new InvalidRequest("userId", "userId must be 1 to 64 characters of A-Z a-z 0-9 _ . @ : -");
  return userId;
};

/** Checks `x-admin-key`, in a time that does not tell how much of it is right. Without a configured key nobody is an admin. */
export function adminGate(adminApiKey: string | null): AdminGate {
  const expected = adminApiKey === null ? null : digest(adminApiKey);
  return (ctx) => {
    const key = header(ctx, "x-admin-key");
    if (expected === null) throw new RequestRefused("FORBIDDEN", "No admin key is configured, so nobody is an admin.");
    if (key === undefined) throw new RequestRefused("UNAUTHENTICATED", "Show the admin key in the header x-admin-key.");
    if (!timingSafeEqual(digest(key), expected)) throw new RequestRefused("FORBIDDEN", "This is not the admin key.");
  };
}

/** Keys of any length become equally long, as the comparison needs them. */
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
