import type { Auth } from "./config.js";
import { adminGate } from "./identity/admin.js";
import type { AdminGate, Buyer } from "./identity/caller.js";
import { tokenCheck } from "./identity/bearer-token.js";
import { tokenBuyer } from "./identity/jwt.js";
import { trustedBuyer } from "./identity/trusted-header.js";

export type { AdminGate, Buyer };

export interface Identity {
  readonly buyerOf: Buyer;
  readonly checkAdmin: AdminGate;
}

/** Who a caller is, by the configured mode. A token of the scope `admin` is taken in either, where there is a key to check it with. */
export function createIdentity(auth: Auth, adminApiKey: string | null): Identity {
  const check = tokenCheck(auth);
  const checkAdmin = adminGate(adminApiKey, check);
  if (auth.mode === "trusted-header") return { buyerOf: trustedBuyer, checkAdmin };
  if (check === null) throw new Error("the mode jwt needs a key to check tokens with");
  return { buyerOf: tokenBuyer(check), checkAdmin };
}
