import { callApi, type Answer, type Refused } from "../shared/api.js";
import type { Purchase } from "../shared/views.js";
import type { Attempt } from "./attempt.js";
import type { Buyer } from "./buyer.js";

export type PurchaseResult =
  | { readonly kind: "bought"; readonly purchase: Purchase }
  /** No order came of it, and none will. */
  | { readonly kind: "refused"; readonly refused: Refused; readonly quantity: number }
  /** Nobody knows yet. Asking again with the same attempt is safe. */
  | { readonly kind: "unanswered"; readonly refused: Refused };

export interface Patience {
  /** Told before each wait what it is for. */
  onWait(refused: Refused): void;
  /** Waits so long, or until there is reason to hope. */
  pause(ms: number): Promise<void>;
}

const MOST_TRIES = 8;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
/** Without a network the browser says when it is back; this is for the one that forgets to. */
const OFFLINE_WAIT_MS = 20_000;

/** Asks until the answer is definite, always with the attempt's one key, so that however often it is asked there is one order at most. */
export async function carryOut(
  attempt: Attempt,
  { productId, buyer, isNew }: { readonly productId: string; readonly buyer: Buyer; readonly isNew: boolean },
  { onWait, pause }: Patience,
): Promise<PurchaseResult> {
  for (let tries = 1; ; tries += navigator.onLine ? 1 : 0) {
    const answer = await send(attempt, productId, buyer);
    if (answer.ok) return { kind: "bought", purchase: answer.data };
    const isFirst = isNew && tries === 1;
    if (isDefinite(answer, isFirst)) return { kind: "refused", refused: answer, quantity: attempt.quantity };
    const standing = await standingOrder(answer, buyer);
    if (standing?.ok === true) return { kind: "bought", purchase: standing.data };
    if (tries >= MOST_TRIES || answer.status === 401) return { kind: "unanswered", refused: answer };
    onWait(answer);
    await pause(waitAfter(answer, tries));
  }
}

function send({ key, quantity, expectedPrice }: Attempt, productId: string, buyer: Buyer): Promise<Answer<Purchase>> {
  return callApi<Purchase>("/sale/purchase", {
    method: "POST",
    headers: { ...buyer.headers, "idempotency-key": key },
    body: { productId, quantity, expectedPrice },
  });
}

/**
 * Whether this answer ends the attempt. An answer that never came, a shop that is too busy or away, and a purchase that is under way say
 * nothing about what was sent before; and who is not known any more may have bought while he was.
 */
function isDefinite({ status, code }: Refused, isFirst: boolean): boolean {
  if (status === 401) return isFirst;
  if (code === "PURCHASE_IN_PROGRESS") return false;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** A store that stopped answering may have written the order: the shop names the id under which it would stand. */
async function standingOrder({ details }: Refused, buyer: Buyer): Promise<Answer<Purchase> | null> {
  const orderId = details?.["orderId"];
  if (typeof orderId !== "string") return null;
  return callApi<Purchase>(`/sale/orders/${encodeURIComponent(orderId)}`, { headers: buyer.headers });
}

function waitAfter({ retryAfterMs, status }: Refused, tries: number): number {
  if (status === 0 && !navigator.onLine) return OFFLINE_WAIT_MS;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
  // Not all at once: a crowd that was sent away together would come back together.
  return Math.max(retryAfterMs ?? 0, wait) * (1 + Math.random() / 2);
}
