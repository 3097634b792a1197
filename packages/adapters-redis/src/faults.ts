import { StoreUnavailable } from "@flash-sale/core";

/**
 * Errors that Redis answers before it carries anything out, and, inside a script, only where nothing was written yet: once a
 * script has written, Redis refuses it none of these ways.
 */
const REFUSED_UNTOUCHED = new Set([
  "OOM", // memory is full
  "LOADING", // the data set is being read from disk
  "READONLY", // a replica answered
  "MISCONF", // it cannot save, and was told to stop writing then
  "MASTERDOWN",
  "CLUSTERDOWN",
  "NOREPLICAS",
  "TRYAGAIN", // a slot is being moved
  "BUSY", // another script runs
  "NOAUTH",
  "WRONGPASS",
]);

/** What the client says when it did not even try. */
const NEVER_SENT = /enableOfflineQueue options is false$/;

/** The fault that the core knows. What is no fault of the connection or of the server's state stays as it is: a bug. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreUnavailable) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  if (error.name === "ReplyError") {
    return REFUSED_UNTOUCHED.has(errorCode(error)) ? unavailable("none", error) : error;
  }
  return unavailable(NEVER_SENT.test(error.message) ? "none" : "unknown", error);
}

/** The first word of an error reply, also where a script passed it on. */
export function errorCode(error: Error): string {
  return /^[A-Z]+/.exec(error.message)?.[0] ?? "";
}

function unavailable(effect: "none" | "unknown", cause: Error): StoreUnavailable {
  return new StoreUnavailable("inventory", effect, { cause });
}
