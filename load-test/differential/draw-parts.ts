import type { Random } from "../faults/random.js";
import { CHANGES, ORDERS, USERS, type Attempt } from "./operation.js";
import type { ProductView } from "./view.js";

export const PRICES = [0, 100, 101];

/** So far away that no clock of either side makes a difference. */
const PAST_MS = 1_000_000_000_000;
const FUTURE_MS = 4_000_000_000_000;
const APART_MS = 1_000;

/** Mostly open. */
export function drawWindow({ pick, chance, below }: Random): { saleStartAtMs: number; saleEndAtMs: number } {
  const startMs = chance(0.94) ? PAST_MS : FUTURE_MS;
  const endMs = startMs === FUTURE_MS || chance(0.94) ? FUTURE_MS : PAST_MS;
  const saleStartAtMs = startMs + below(3) * APART_MS;
  return { saleStartAtMs, saleEndAtMs: endMs + pick([3, 4, 5]) * APART_MS };
}

/** Somebody who holds units, or anybody. */
export function drawAttempt(random: Random, seen: ProductView, withheldToo: boolean): Attempt {
  const { pick, chance, below } = random;
  const quantity = 1 + below(3);
  const hold = seen.holds.length > 0 && chance(0.6) ? pick(seen.holds) : null;
  if (hold) {
    const order = seen.orderOf(hold.id);
    const change = seen.changeOf(hold.id);
    const user = USERS.find((one) => one === hold.userId);
    if (order !== null && user) return { order, user, quantity: hold.quantity };
    if (change !== null && withheldToo) return { change, quantity: hold.quantity };
  }
  const bought = seen.book?.orders ?? [];
  const sold = bought.length > 0 && chance(0.3) ? pick(bought) : null;
  const [order, buyer] = [sold && seen.orderOf(sold.id), USERS.find((one) => one === sold?.userId)];
  if (order !== null && buyer) return { order, user: buyer, quantity };
  if (withheldToo && chance(0.2)) return { change: pick(CHANGES), quantity };
  const any = pick(ORDERS);
  return { order: any, user: chance(0.7) ? (USERS[any % USERS.length] ?? "ada") : pick(USERS), quantity };
}
