import { randomText } from "./random.js";
import { browserStore, tabStore } from "./storage.js";

/** Who buys, and how the API is told. */
export interface Buyer {
  readonly userId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** By a token, else by the visitor's own word. */
  readonly hasToken: boolean;
}

const USER_ID = /^[A-Za-z0-9_.@:-]{1,64}$/;
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export const isUserId = (text: string): boolean => USER_ID.test(text);

/** `#token=…`, as a shop's sign-in hands it over: kept for this tab, and taken out of the address, so that no shared link carries it. */
export function takeToken(): boolean {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return false;
  history.replaceState(null, "", location.pathname + location.search);
  tabStore.set("token", TOKEN.test(token) ? token : null);
  return true;
}

/** The token's buyer, else the name that the visitor chose, else a guest's that is made now and kept. */
export function currentBuyer(): Buyer {
  const token = tabStore.get("token");
  if (token !== null) {
    const userId = subjectOf(token) ?? "you";
    // A server that takes names instead of tokens is told the same one.
    return { userId, hasToken: true, headers: { authorization: `Bearer ${token}`, "x-user-id": userId } };
  }
  const kept = browserStore.get("buyer");
  if (kept !== null && isUserId(kept)) return named(kept);
  return rename(`guest-${randomText(6)}`);
}

export function rename(userId: string): Buyer {
  browserStore.set("buyer", userId);
  return named(userId);
}

function named(userId: string): Buyer {
  return { userId, hasToken: false, headers: { "x-user-id": userId } };
}

/** Only to show it: whether the token is worth anything, the server says. */
function subjectOf(token: string): string | null {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { sub } = JSON.parse(atob(payload)) as { sub?: unknown };
    return typeof sub === "string" && isUserId(sub) ? sub : null;
  } catch {
    return null;
  }
}
