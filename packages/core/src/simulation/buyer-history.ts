import type { PurchaseCall } from "./history.js";
import { linearize, type Linearization, type Timespan } from "./linearize.js";
import type { BuyerHistory, Find, SaleHistory } from "./sale-history.js";
import { follow, NOTHING_OWNED, type BuyerStep, type Owned } from "./specification.js";

/** Whether one buyer's calls of one product can have taken effect one after the other. */
export function checkBuyer(
  sale: SaleHistory,
  buyer: BuyerHistory,
  options: { readonly maxVisits: number; readonly lockStaysMs: number },
  find: Find,
): Linearization {
  const findsOwn = (call: PurchaseCall, sentence: string) => find(`${call.name} of ${buyer.userId} ${sentence}`);
  for (const call of buyer.purchases) {
    if (call.answer.kind === "key-reused" && !isReused(call, buyer.purchases))
      findsOwn(call, "is told that its key was used for another request, and there was none");
    const isUnderWay = call.answer.kind === "refused" && call.answer.reason === "in-progress";
    const isReliable = sale.isReliable(call.askedAtMs, call.answeredAtMs);
    if (isUnderWay && isReliable && !meetsAnother(call, sale, buyer, options.lockStaysMs))
      findsOwn(call, "is told that another purchase is under way, and there was none");
  }

  const steps = [...purchaseSteps(sale, buyer), ...orderSteps(sale, buyer)];
  const result = linearize(steps, NOTHING_OWNED, follow, nameOf, options.maxVisits);
  if (result === "impossible")
    find(`no order of events explains what ${buyer.userId} was told: ${JSON.stringify(steps.map(shown))}`);
  return result;
}

function isReused(call: PurchaseCall, others: readonly PurchaseCall[]): boolean {
  return others.some(
    ({ name, request, askedAtMs }) => name === call.name && request !== call.request && askedAtMs <= call.answeredAtMs,
  );
}

/** Another call's lock or hold was in its way, or one that somebody died with. */
function meetsAnother(call: PurchaseCall, { taken }: SaleHistory, buyer: BuyerHistory, lockStaysMs: number): boolean {
  const { askedAtMs, answeredAtMs } = call;
  return (
    buyer.purchases.some(
      (other) =>
        other !== call &&
        other.askedAtMs <= answeredAtMs &&
        (other.answer.kind === "unknown" || other.answeredAtMs + lockStaysMs >= askedAtMs),
    ) ||
    (taken?.some(
      ({ userId, fromMs, heldUntilMs, untilMs }) =>
        userId === buyer.userId && fromMs <= answeredAtMs && Math.min(heldUntilMs, untilMs) >= askedAtMs,
    ) ??
      false)
  );
}

function purchaseSteps(sale: SaleHistory, { purchases }: BuyerHistory): Timespan<BuyerStep>[] {
  const { limit } = sale.terms;
  return purchases.flatMap((call): Timespan<BuyerStep>[] => {
    const { name, units, answer, askedAtMs: fromMs, answeredAtMs: untilMs } = call;
    const isRefusal = answer.kind === "refused" || answer.kind === "limit-reached";
    if (isRefusal && !sale.isReliable(fromMs, untilMs)) return [];
    const mostLimit = () => Math.max(...limit.between(fromMs, untilMs));
    switch (answer.kind) {
      case "sold": {
        const { cancelled } = answer.order;
        const sold: BuyerStep = { kind: "sold", name, units, cancelled, mostLimit: mostLimit() };
        if (!cancelled) return [{ fromMs, untilMs, step: sold }];
        // It may have been this very call that bought it: then it was cancelled before the call was answered.
        const bought: BuyerStep = { kind: "bought unheard", name, units, mostLimit: mostLimit() };
        return [
          { fromMs, untilMs: Infinity, step: bought },
          { fromMs, untilMs, step: sold },
        ];
      }
      case "unknown":
        return [{ fromMs, untilMs: Infinity, step: { kind: "bought unheard", name, units, mostLimit: mostLimit() } }];
      case "refused":
        return [{ fromMs, untilMs, step: { kind: "refused", name } }];
      case "limit-reached": {
        const { orderIds, unitsLeft } = answer;
        const counted = orderIds.flatMap((id) => sale.names.get(id) ?? []);
        const countedUnnamed = orderIds.length - counted.length;
        const limits = limit.by(untilMs);
        return [
          {
            fromMs,
            untilMs,
            step: { kind: "refused by the limit", name, units, counted, countedUnnamed, unitsLeft, limits },
          },
        ];
      }
      case "key-reused":
      case "nothing":
        return [];
    }
  });
}

function orderSteps({ orders, names }: SaleHistory, { cancels, lists }: BuyerHistory): Timespan<BuyerStep>[] {
  const cancelled = cancels.flatMap(({ orderId, answer, askedAtMs: fromMs, answeredAtMs }): Timespan<BuyerStep>[] => {
    const name = orders.get(orderId)?.name;
    if (name === undefined) return [];
    const untilMs = answer === "unknown" ? Infinity : answeredAtMs;
    return [{ fromMs, untilMs, step: { kind: answer === "no-such-order" ? "no such order" : "cancelled", name } }];
  });
  const listed = lists.flatMap(({ answer, askedAtMs: fromMs, answeredAtMs: untilMs }): Timespan<BuyerStep>[] => {
    if (answer === "unknown") return [];
    const owned: Owned = new Map(
      answer.map(({ id, units, cancelled }) => [names.get(id) ?? id, { units, cancelled }] as const),
    );
    return [{ fromMs, untilMs, step: { kind: "listed", orders: owned } }];
  });
  return [...cancelled, ...listed];
}

function nameOf(owned: Owned): string {
  return [...owned]
    .map(([name, { units, cancelled }]) => `${name} ${units}${cancelled ? " cancelled" : ""}`)
    .sort()
    .join();
}

function shown({ step, fromMs, untilMs }: Timespan<BuyerStep>) {
  const orders = step.kind === "listed" ? { orders: [...step.orders] } : {};
  return [fromMs, Number.isFinite(untilMs) ? untilMs : "never", { ...step, ...orders }];
}
