import { InvalidRequest, USER_ID } from "@flash-sale/core";
import { RequestRefused } from "../answer.js";
import type { Buyer } from "./caller.js";
import { header } from "../request.js";

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
  ctx.state.userId = userId;
  return userId;
};
