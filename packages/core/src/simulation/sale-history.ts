import type {
  Call,
  CancelCall,
  History,
  LookCall,
  OrdersCall,
  PurchaseCall,
  SaleFacts,
  SeenOrder,
  SeenTotal,
  Taken,
  Unreliable,
} from "./history.js";
import { possibleTerms, type PossibleTerms } from "./terms.js";

/** All that was asked of one sale, and what its answers say of its orders. */
export interface SaleHistory {
  readonly sale: SaleFacts;
  readonly terms: PossibleTerms;
  readonly purchases: readonly PurchaseCall[];
  readonly cancels: readonly CancelCall[];
  readonly lists: readonly OrdersCall[];
  readonly looks: readonly LookCall[];
  /** Orders that were told of or listed, by id. */
  readonly orders: ReadonlyMap<string, KnownOrder>;
  /** Names of purchases by the ids that were told, orders or not. */
  readonly names: ReadonlyMap<string, string>;
  readonly taken: readonly Taken[] | null;
  readonly totals: readonly SeenTotal[] | null;
  /** Whether what the inventory said between two instants is to be judged. */
  isReliable(fromMs: number, untilMs: number): boolean;
}

export interface KnownOrder extends SeenOrder {
  readonly userId: string;
  readonly name: string;
}

export type Find = (sentence: string) => void;

export function saleHistory(sale: SaleFacts, { calls, taken, totals, unreliable }: History, find: Find): SaleHistory {
  const isOfSale = ({ productId }: { productId: string }) => productId === sale.productId;
  const ofSale = calls.filter(isOfSale);
  const purchases = ofSale.flatMap((call) => (call.kind === "purchase" ? [call] : []));
  const lists = ofSale.flatMap((call) => (call.kind === "orders" ? [call] : []));
  return {
    sale,
    terms: possibleTerms(
      sale,
      ofSale.flatMap((call) => (call.kind === "change" ? [call] : [])),
    ),
    purchases,
    lists,
    cancels: ofSale.flatMap((call) => (call.kind === "cancel" ? [call] : [])),
    looks: ofSale.flatMap((call) => (call.kind === "look" ? [call] : [])),
    ...knownOrders(purchases, lists, find),
    taken: taken?.filter(isOfSale) ?? null,
    totals: totals?.filter(isOfSale) ?? null,
    isReliable: reliable(unreliable?.filter(isOfSale) ?? []),
  };
}

const reliable = (unreliable: readonly Unreliable[]) => (askedAtMs: number, answeredAtMs: number) =>
  !unreliable.some(({ fromMs, untilMs }) => fromMs <= answeredAtMs && untilMs >= askedAtMs);

export interface BuyerHistory {
  readonly userId: string;
  readonly purchases: readonly PurchaseCall[];
  readonly cancels: readonly CancelCall[];
  readonly lists: readonly OrdersCall[];
}

export function buyersOf({ purchases, cancels, lists, orders }: SaleHistory): BuyerHistory[] {
  const ofUser = <C extends Call>(calls: readonly C[], userIdOf: (call: C) => string | undefined) => {
    const found = new Map<string, C[]>();
    for (const call of calls) {
      const userId = userIdOf(call);
      if (userId === undefined) continue;
      const known = found.get(userId);
      if (known) known.push(call);
      else found.set(userId, [call]);
    }
    return found;
  };
  const purchasesOf = ofUser(purchases, ({ userId }) => userId);
  const listsOf = ofUser(lists, ({ userId }) => userId);
  // Nobody was ever told of an order whose cancellation is left out: what there was to see of it is nothing.
  const cancelsOf = ofUser(cancels, ({ orderId }) => orders.get(orderId)?.userId);
  return [...new Set([...purchasesOf.keys(), ...listsOf.keys()])].map((userId) => ({
    userId,
    purchases: purchasesOf.get(userId) ?? [],
    cancels: cancelsOf.get(userId) ?? [],
    lists: listsOf.get(userId) ?? [],
  }));
}

/** Whoever is told of an order is told the same; one order a name, and one name an order. */
function knownOrders(purchases: readonly PurchaseCall[], lists: readonly OrdersCall[], find: Find) {
  const orders = new Map<string, KnownOrder>();
  const names = new Map<string, string>();
  const idOfName = new Map<string, string>();

  function meet(userId: string, name: string, order: SeenOrder): void {
    const known = orders.get(order.id);
    const otherId = idOfName.get(name);
    if (otherId !== undefined && otherId !== order.id) find(`${name} has two orders, ${otherId} and ${order.id}`);
    if (
      known &&
      (known.userId !== userId || known.name !== name || known.number !== order.number || known.units !== order.units)
    )
      find(
        `order ${order.id} is told as ${JSON.stringify({ userId, name, ...order })} and as ${JSON.stringify(known)}`,
      );
    if (known) return;
    orders.set(order.id, { ...order, userId, name });
    names.set(order.id, name);
    idOfName.set(name, order.id);
  }

  for (const { name, userId, units, answer } of purchases) {
    if (answer.kind === "unknown" && answer.orderId !== null) names.set(answer.orderId, name);
    if (answer.kind !== "sold") continue;
    meet(userId, name, answer.order);
    if (answer.order.units !== units)
      find(`${name} asked for ${units} units and was sold ${JSON.stringify(answer.order)}`);
  }
  for (const { userId, answer } of lists) {
    if (answer === "unknown") continue;
    for (const { name, ...order } of answer) {
      const whose = name ?? names.get(order.id) ?? unheardName(userId, order.units);
      if (whose === undefined) find(`nobody can have made order ${order.id} of ${userId}`);
      else meet(userId, whose, order);
    }
  }
  return { orders, names };

  /** An order that does not say whose it is can only be of a purchase whose end nobody heard. */
  function unheardName(userId: string, units: number): string | undefined {
    return purchases.find(
      (call) =>
        call.userId === userId && call.units === units && call.answer.kind === "unknown" && !idOfName.has(call.name),
    )?.name;
  }
}
