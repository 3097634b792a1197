import { USER_ID } from "@flash-sale/core";
import { RequestRefused } from "../answer.js";
import type { Buyer } from "./caller.js";
import { bearerToken, type TokenCheck } from "./bearer-token.js";

/** The buyer is whom a valid bearer token names. What header, query and body say of a user is not looked at. */
export function tokenBuyer(check: TokenCheck): Buyer {
  return async (ctx) => {
    const token = bearerToken(ctx);
    if (token === undefined) {
      throw unauthenticated("Show who buys: a bearer token in the header Authorization.", "Bearer");
    }
    const checked = await check(token);
    if (checked.kind === "invalid") throw invalid(checked.reason);
    const { sub } = checked;
    if (typeof sub !== "string" || !USER_ID.test(sub)) throw invalid("its sub is no user id");
    ctx.state.userId = sub;
    return sub;
  };
}

function invalid(reason: string): RequestRefused {
  return unauthenticated(`The bearer token is not valid: ${reason}.`, 'Bearer error="invalid_token"');
}

function unauthenticated(sentence: string, challenge: string): RequestRefused {
  return new RequestRefused("UNAUTHENTICATED", sentence, { headers: { "WWW-Authenticate": challenge } });
}
