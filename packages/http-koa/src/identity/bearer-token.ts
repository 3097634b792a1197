import { subtle } from "node:crypto";
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions } from "jose";
import type { ApiContext } from "../api.js";
import type { Auth } from "../config.js";
import { header } from "../request.js";
import { remoteKeys } from "./remote-keys.js";

export type CheckedToken =
  | { readonly kind: "valid"; readonly sub: unknown; readonly scope: readonly unknown[] }
  /** Why, in words that end a sentence. */
  | { readonly kind: "invalid"; readonly reason: string };

/** @throws RequestRefused UNAVAILABLE where the key to check it with cannot be had: that is not the caller's fault */
export type TokenCheck = (token: string) => Promise<CheckedToken>;

const CLOCK_TOLERANCE_S = 5;

/** Null where no key is configured to check a token with. */
export function tokenCheck({ jwksUrl, secret, issuer, audience }: Auth): TokenCheck | null {
  const options = {
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ["exp"],
    ...(issuer !== null && { issuer }),
    ...(audience !== null && { audience }),
  };
  // Lists without each other's members: else the public key of a set, which everybody has, would pass for a shared secret.
  if (jwksUrl !== null)
    return checkWith(remoteKeys(new URL(jwksUrl)), { ...options, algorithms: ["RS256", "PS256", "ES256", "EdDSA"] });
  if (secret === null) return null;
  // Imported once: a token costs 60 µs then, not 100.
  const key = subtle.importKey("raw", Buffer.from(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  return checkWith(() => key, { ...options, algorithms: ["HS256"] });
}

function checkWith(keyOf: JWTVerifyGetKey, options: JWTVerifyOptions): TokenCheck {
  return async (token) => {
    try {
      const { sub, ...claims } = await payloadOf(token, keyOf, options);
      return { kind: "valid", sub, scope: scopeOf(claims) };
    } catch (fault) {
      if (fault instanceof errors.JOSEError) return { kind: "invalid", reason: reasonOf(fault) };
      throw fault;
    }
  };
}

async function payloadOf(token: string, keyOf: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keyOf, options)).payload;
  } catch (fault) {
    if (!(fault instanceof errors.JWKSMultipleMatchingKeys)) throw fault;
    // A token that does not name its key, while there are an old and a new one: one of them fits.
    for await (const key of fault) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (wrong) {
        if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** A text of words, as the standard has it (RFC 8693, 4.2), or a list, as some issuers do. */
function scopeOf({ scope }: JWTPayload): readonly unknown[] {
  if (typeof scope === "string") return scope.split(" ");
  return Array.isArray(scope) ? scope : [];
}

/** In words of our own: the library's may hold what a stranger wrote. */
function reasonOf(fault: errors.JOSEError): string {
  if (fault instanceof errors.JWTExpired) return "it has expired";
  if (fault instanceof errors.JWTClaimValidationFailed) return `its ${fault.claim} is not as it must be`;
  if (fault instanceof errors.JWSSignatureVerificationFailed || fault instanceof errors.JWKSNoMatchingKey)
    return "it is signed with no key that is known here";
  return "it is malformed, or signed in a way that is not taken here";
}

/** What follows `Bearer` in the header Authorization; undefined without that word. */
export function bearerToken(ctx: ApiContext): string | undefined {
  const found = /^bearer(?: +(.*))?$/i.exec(header(ctx, "authorization") ?? "");
  return found === null ? undefined : (found[1] ?? "");
}
