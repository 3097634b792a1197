import type { LookCall, SeenStock } from "./history.js";
import type { Find, KnownOrder, SaleHistory } from "./sale-history.js";

/** An order, and what real time says of the instant at which it was made. */
interface Dated extends KnownOrder {
  /** No call that can have made it had been asked before. */
  readonly notBeforeMs: number;
  /** It was told of by then. */
  readonly byMs: number;
}

/**
 * The numbers are the witness of the order in which the orders were made: gapless, no number twice, and no order that had been told of
 * before another was asked for has the greater number.
 */
export function checkNumbers(sale: SaleHistory, find: Find): void {
  const dated = datedOrders(sale).sort((a, b) => a.number - b.number);
  let earliest: Dated | null = null;
  for (const order of [...dated].reverse()) {
    if (earliest && earliest.byMs < order.notBeforeMs)
      find(
        `order ${earliest.id} was told of before order ${order.id} was asked for, and their numbers are ${earliest.number} and ${order.number}`,
      );
    if (!earliest || order.byMs < earliest.byMs) earliest = order;
  }
  dated.forEach((order, index) => {
    const before = dated[index - 1];
    if (before?.number === order.number) find(`orders ${before.id} and ${order.id} have the number ${order.number}`);
  });

  const last = dated.at(-1)?.number ?? 0;
  const told = new Set(dated.map(({ name }) => name));
  const unheard = new Set(sale.purchases.filter(({ answer }) => answer.kind === "unknown").map(({ name }) => name));
  const missing = last - new Set(dated.map(({ number }) => number)).size;
  const free = [...unheard].filter((name) => !told.has(name)).length;
  if (missing > free)
    find(`of the numbers to ${last}, ${missing} belong to no order, and ${free} purchases can have made one`);
}

/** At no instant do more units stand sold for certain than the total can have been. */
export function checkSold(sale: SaleHistory, find: Find): void {
  const cancelAskedMs = new Map<string, number>();
  for (const { orderId, askedAtMs } of sale.cancels)
    cancelAskedMs.set(orderId, Math.min(askedAtMs, cancelAskedMs.get(orderId) ?? Infinity));
  const steps = datedOrders(sale).flatMap(({ id, units, byMs }) => {
    const untilMs = cancelAskedMs.get(id) ?? Infinity;
    return byMs < untilMs
      ? [
          { atMs: byMs, units },
          { atMs: untilMs, units: -units },
        ]
      : [];
  });
  // What may have been given back at an instant has been.
  steps.sort((a, b) => a.atMs - b.atMs || a.units - b.units);
  let sold = 0;
  for (const { atMs, units } of steps) {
    if (atMs === Infinity) return;
    sold += units;
    const most = Math.max(...sale.terms.total.between(atMs, atMs));
    if (units > 0 && sold > most) {
      find(`${sold} units stand sold after ${atMs} ms, of ${most}`);
      return;
    }
  }
}

/** A look adds up, and never shows an earlier state than a look before it. */
export function checkLooks({ looks, terms, isReliable }: SaleHistory, find: Find): void {
  const seen = looks.flatMap(({ answer, ...look }) => {
    return answer === "unknown" || !isReliable(look.askedAtMs, look.answeredAtMs) ? [] : [{ ...look, answer }];
  });
  const byEnd = [...seen].sort((a, b) => a.answeredAtMs - b.answeredAtMs);
  let latest: SeenStock | null = null;
  let ended = 0;
  for (const look of [...seen].sort((a, b) => a.askedAtMs - b.askedAtMs)) {
    for (let before = byEnd[ended]; before && before.answeredAtMs < look.askedAtMs; before = byEnd[ended]) {
      if (latest === null || isEarlier(latest, before.answer)) latest = before.answer;
      ended += 1;
    }
    checkLook(look, look.answer);
    if (latest !== null && isEarlier(look.answer, latest))
      find(`a look shows ${JSON.stringify(look.answer)} after one had shown ${JSON.stringify(latest)}`);
  }

  function checkLook({ answeredAtMs }: LookCall, stock: SeenStock): void {
    const { available, held, purchased, totalQuantity } = stock;
    if (Math.min(available, held, purchased) < 0 || available + held + purchased !== totalQuantity)
      find(`a look shows ${JSON.stringify(stock)}: it does not add up`);
    if (!terms.total.by(answeredAtMs).includes(totalQuantity))
      find(`a look shows a total of ${totalQuantity}, which nobody asked for`);
  }
}

function isEarlier(one: SeenStock, other: SeenStock): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.revision < other.revision);
}

function datedOrders({ orders, purchases, lists }: SaleHistory): Dated[] {
  const notBeforeMs = new Map<string, number>();
  const byMs = new Map<string, number>();
  const earlier = (times: Map<string, number>, what: string, atMs: number) =>
    void times.set(what, Math.min(atMs, times.get(what) ?? Infinity));
  for (const { name, answer, askedAtMs, answeredAtMs } of purchases) {
    if (answer.kind === "sold" || answer.kind === "unknown") earlier(notBeforeMs, name, askedAtMs);
    if (answer.kind === "sold") earlier(byMs, answer.order.id, answeredAtMs);
  }
  for (const { answer, answeredAtMs } of lists)
    if (answer !== "unknown") for (const { id } of answer) earlier(byMs, id, answeredAtMs);
  return [...orders.values()].map((order) => ({
    ...order,
    notBeforeMs: notBeforeMs.get(order.name) ?? -Infinity,
    byMs: byMs.get(order.id) ?? Infinity,
  }));
}
