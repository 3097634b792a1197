import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";
import { RequestRefused } from "../answer.js";

/** A set that was fetched serves so long while its server is away: an issuer's outage must not end a sale. */
const SERVES_MS = 3_600_000;
/** After so long it is fetched again behind the requests, so that a key that was withdrawn is soon taken no more. */
const REFRESH_MS = 300_000;
/** A token of an unknown key has the set fetched anew, but so seldom: everybody can make such tokens. */
const COOLDOWN_MS = 5_000;
/** And a server that is away is asked so seldom. */
const RETRY_MS = 1_000;
const TIMEOUT_MS = 2_000;

/** The issuer's public keys, fetched when the first token comes. @throws RequestRefused UNAVAILABLE where they cannot be had */
export function remoteKeys(url: URL): JWTVerifyGetKey {
  let fetchedMs = -Infinity;
  const keys = createRemoteJWKSet(url, {
    cacheMaxAge: SERVES_MS,
    cooldownDuration: COOLDOWN_MS,
    timeoutDuration: TIMEOUT_MS,
    async [customFetch](...request) {
      if (performance.now() - fetchedMs < RETRY_MS) throw new Error("the key set was asked for a moment ago, in vain");
      fetchedMs = performance.now();
      return fetch(...request);
    },
  });
  return async (header, token) => {
    if (keys.fresh && performance.now() - fetchedMs > REFRESH_MS) keys.reload().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (fault) {
      if (isOfTheToken(fault)) throw fault;
      throw new RequestRefused(
        "UNAVAILABLE",
        "The keys to check tokens with cannot be reached. Nothing was sold; please try again.",
        { cause: fault },
      );
    }
  };
}

/** The set is there, and this token has no place in it. Anything else is the set's fault, or its server's. */
function isOfTheToken(fault: unknown): boolean {
  return (
    fault instanceof errors.JWKSNoMatchingKey ||
    fault instanceof errors.JWKSMultipleMatchingKeys ||
    fault instanceof errors.JOSENotSupported
  );
}
