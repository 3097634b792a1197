import type { PurchaseCall, Taken } from "./history.js";
import type { Find, SaleHistory } from "./sale-history.js";

/**
 * Whoever is told "sold out" must have been under way at an instant at which fewer units than they asked for were free. Units held for
 * others are not free: by purchases under way, by the dead until the reaper ended their holds, by changes that withhold them. A process may
 * say it again from memory, `rememberedMs` after the inventory said it to another call of its.
 */
export function checkSoldOut(
  sale: SaleHistory,
  { rememberedMs, lockStaysMs }: { readonly rememberedMs: number; readonly lockStaysMs: number },
  find: Find,
): void {
  const refused = sale.purchases.filter(({ answer }) => answer.kind === "refused" && answer.reason === "sold-out");
  if (refused.length === 0) return;
  const fewest = fewestFree(sale, lockStaysMs);
  const calls = byServer(sale.purchases);
  const mayBeSold = new Set(sale.purchases.filter(isMaybeSold).map(({ name }) => name));

  for (const call of refused) {
    const { answeredAtMs, askedAtMs, units, name, userId } = call;
    const others = call.repeatable ? [] : (calls.get(call.server) ?? []);
    const remembered = others.filter(
      (other) => other.answeredAtMs + rememberedMs >= askedAtMs && other.askedAtMs < askedAtMs,
    );
    const fromMs = Math.min(askedAtMs, ...remembered.map((other) => other.askedAtMs));
    if (!sale.isReliable(fromMs, answeredAtMs)) continue;
    // Where the holds are only guessed, the call's own may be among them.
    const own = sale.taken === null && !mayBeSold.has(name) ? units : 0;
    const free = Math.min(
      fewest(askedAtMs, answeredAtMs) + own,
      fromMs < askedAtMs ? fewest(fromMs, askedAtMs) : Infinity,
    );
    if (free >= units)
      find(`${name} of ${userId} asked for ${units} and was told "sold out", while ${free} or more units were free`);
  }
}

const isMaybeSold = ({ answer }: PurchaseCall) => answer.kind === "sold" || answer.kind === "unknown";

function byServer(purchases: readonly PurchaseCall[]): ReadonlyMap<string, readonly PurchaseCall[]> {
  const found = new Map<string, PurchaseCall[]>();
  for (const call of purchases) {
    const known = found.get(call.server);
    if (known) known.push(call);
    else found.set(call.server, [call]);
  }
  return found;
}

/** Answers the fewest units that can have been free at an instant between two. */
function fewestFree(sale: SaleHistory, lockStaysMs: number): (fromMs: number, untilMs: number) => number {
  const taken = sale.taken ?? takenByCalls(sale, lockStaysMs);
  const changes = taken.flatMap(({ units, fromMs, untilMs }) => [
    { atMs: fromMs, units: -units },
    { atMs: untilMs, units },
  ]);
  // One total takes the other's place: in between there is none.
  const totals = new Map<number, number>();
  for (const { units, fromMs, untilMs } of sale.totals ?? []) {
    totals.set(fromMs, (totals.get(fromMs) ?? 0) + units);
    totals.set(untilMs, (totals.get(untilMs) ?? 0) - units);
  }
  for (const [atMs, units] of totals) changes.push({ atMs, units });
  changes.sort((a, b) => a.atMs - b.atMs || a.units - b.units);
  let free = 0;
  const after = changes.map(({ units }) => (free += units));

  return (fromMs, untilMs) => {
    let [low, high] = [0, changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((changes[middle]?.atMs ?? Infinity) < fromMs) low = middle + 1;
      else high = middle;
    }
    let fewest = after[low - 1] ?? 0;
    for (let index = low; (changes[index]?.atMs ?? Infinity) <= untilMs; index += 1)
      fewest = Math.min(fewest, after[index] ?? 0);
    return fewest + (sale.totals === null ? Math.min(...sale.terms.total.by(untilMs)) : 0);
  };
}

/**
 * What calls may have held or bought, by what their clients heard: all they asked for, all the while, and for ever where it may be sold. A
 * call that came to nothing may leave a hold behind, which the reaper ends.
 */
function takenByCalls({ sale: { productId }, purchases }: SaleHistory, lockStaysMs: number): Taken[] {
  const firstAsked = new Map<string, PurchaseCall>();
  for (const call of purchases) {
    if (!isMaybeSold(call)) continue;
    const first = firstAsked.get(call.name);
    if (!first || call.askedAtMs < first.askedAtMs) firstAsked.set(call.name, call);
  }
  const sold = [...firstAsked.values()].map(({ userId, units, askedAtMs: fromMs }) => ({
    ...{ productId, userId, units, fromMs },
    ...{ heldUntilMs: Infinity, untilMs: Infinity },
  }));
  const underWay = purchases
    .filter(({ name }) => !firstAsked.has(name))
    .map(({ userId, units, askedAtMs: fromMs, answeredAtMs, answer }) => {
      const untilMs = answeredAtMs + (answer.kind === "nothing" ? lockStaysMs : 0);
      return { productId, userId, units, fromMs, heldUntilMs: untilMs, untilMs };
    });
  return [...sold, ...underWay];
}
