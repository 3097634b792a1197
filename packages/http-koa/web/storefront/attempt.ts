import { randomText } from "./random.js";
import { browserStore, storedName } from "./storage.js";

/**
 * A purchase that was begun and has no definite answer yet. Kept from before it is sent, so that after a reload, a crash or in another tab
 * it is asked for again with the same key: the same key is the same order.
 */
export interface Attempt {
  readonly key: string;
  readonly quantity: number;
  /** Of one unit, as the buyer saw it. */
  readonly expectedPrice: number;
  readonly startedAtMs: number;
}

/** One that is older is not taken up without being asked to: nobody wants to find out tomorrow that they bought. */
const FRESH_MS = 10 * 60_000;

const nameOf = (userId: string, productId: string): string => `attempt.${userId}.${productId}`;

/** What is kept in the browser's store while an attempt goes on. */
export const attemptName = (userId: string, productId: string): string => storedName(nameOf(userId, productId));

export const isFresh = ({ startedAtMs }: Attempt): boolean => Math.abs(Date.now() - startedAtMs) < FRESH_MS;

export function beginAttempt(
  userId: string,
  productId: string,
  wish: Pick<Attempt, "quantity" | "expectedPrice">,
): Attempt {
  const attempt = { key: randomText(32), ...wish, startedAtMs: Date.now() };
  browserStore.set(nameOf(userId, productId), JSON.stringify(attempt));
  return attempt;
}

export function openAttempt(userId: string, productId: string): Attempt | null {
  try {
    const kept = JSON.parse(browserStore.get(nameOf(userId, productId)) ?? "null") as Partial<Attempt> | null;
    const { key, quantity, expectedPrice, startedAtMs } = kept ?? {};
    if (typeof key !== "string" || typeof quantity !== "number") return null;
    if (typeof expectedPrice !== "number" || typeof startedAtMs !== "number") return null;
    return { key, quantity, expectedPrice, startedAtMs };
  } catch {
    return null;
  }
}

export function endAttempt(userId: string, productId: string, { key }: Attempt): void {
  if (openAttempt(userId, productId)?.key === key) browserStore.set(nameOf(userId, productId), null);
}
