import { createHash, timingSafeEqual } from "node:crypto";
import { RequestRefused } from "../answer.js";
import type { AdminGate } from "./caller.js";
import { header } from "../request.js";
import { bearerToken, type TokenCheck } from "./bearer-token.js";

/**
 * Takes `x-admin-key`, compared in a time that does not tell how much of it is right, or, where tokens can be checked, a bearer token
 * whose scope holds `admin`. A key that is shown decides, whatever the token says. With neither configured nobody is an admin.
 */
export function adminGate(adminApiKey: string | null, check: TokenCheck | null): AdminGate {
  const expected = adminApiKey === null ? null : digest(adminApiKey);
  return async (ctx) => {
    if (expected === null && check === null) throw forbidden("No admin key is configured, so nobody is an admin.");
    const key = header(ctx, "x-admin-key");
    if (key !== undefined) {
      if (expected === null || !timingSafeEqual(digest(key), expected)) throw forbidden("This is not the admin key.");
      return;
    }
    if (check === null) throw new RequestRefused("UNAUTHENTICATED", "Show the admin key in the header x-admin-key.");
    const token = bearerToken(ctx);
    if (token === undefined) {
      throw new RequestRefused("UNAUTHENTICATED", "Show the admin key in x-admin-key, or a token of the scope admin.", {
        headers: { "WWW-Authenticate": 'Bearer scope="admin"' },
      });
    }
    const checked = await check(token);
    if (checked.kind === "invalid") throw forbidden(`The bearer token is not valid: ${checked.reason}.`);
    if (!checked.scope.includes("admin")) throw forbidden("The bearer token's scope does not hold admin.");
  };
}

function forbidden(sentence: string): RequestRefused {
  return new RequestRefused("FORBIDDEN", sentence);
}

/** Keys of any length become equally long, as the comparison needs them. */
function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
