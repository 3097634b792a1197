import { appUrl, callApi, type Answer, type Call } from "../shared/api.js";

/** Of this tab: another one, and this one after it was closed, starts without a key. */
const STORED_AS = "flash-sale-admin-key";
const METRICS_LIMIT_MS = 5_000;

export type AdminCall = <T>(path: string, call?: Call) => Promise<Answer<T>>;

/** What one who is signed in can ask. */
export interface Session {
  readonly call: AdminCall;
  /** Prometheus' text; null where it did not come. */
  metrics(signal: AbortSignal): Promise<string | null>;
}

export function storedKey(): string | null {
  try {
    return sessionStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

/** Where the browser keeps nothing, the key lives until the page is loaded anew. */
export function storeKey(key: string | null): void {
  try {
    if (key === null) sessionStorage.removeItem(STORED_AS);
    else sessionStorage.setItem(STORED_AS, key);
  } catch {
    // Nothing is kept.
  }
}

/** `onRefused`: the key that was good is so no more. */
export function createSession(key: string, onRefused: () => void): Session {
  const headers = { "x-admin-key": key };
  return {
    async call(path, call = {}) {
      const answer = await callApi<never>(path, { ...call, headers: { ...call.headers, ...headers } });
      if (!answer.ok && (answer.code === "UNAUTHENTICATED" || answer.code === "FORBIDDEN")) onRefused();
      return answer;
    },
    async metrics(signal) {
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(METRICS_LIMIT_MS)]);
        const response = await fetch(appUrl("/metrics"), { headers, cache: "no-store", signal: within });
        return response.ok ? await response.text() : null;
      } catch {
        return null;
      }
    },
  };
}
