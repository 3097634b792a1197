import type { AuditedOrder, AuditedProduct } from "./admin-api.js";
import type { Asked } from "./answers.js";

export interface Evidence {
  readonly asked: readonly Asked[];
  readonly product: AuditedProduct;
  readonly orders: readonly AuditedOrder[];
  /** What inventory and ledger disagree about. */
  readonly drift: readonly unknown[];
}

export interface Check {
  readonly name: string;
  /** How many of what were looked at. */
  readonly looked: string;
  /** A sentence each. */
  readonly violations: readonly string[];
}

const isSold = ({ answer }: Asked): boolean => answer?.status === 201 || answer?.status === 200;

export const checkAll = (evidence: Evidence): Check[] => [
  answersHaveOrders(evidence),
  ordersHaveAnswers(evidence),
  nobodyIsOverTheLimit(evidence),
  numbersHaveNoGap(evidence),
  unitsAreThoseOfTheOrders(evidence),
  inventoryAndLedgerAgree(evidence),
];

const answersHaveOrders = ({ asked, orders }: Evidence): Check => {
  const byId = new Map(orders.map((order) => [order.orderId, order]));
  const soldOnce = new Set<string>();
  const told = asked.filter(isSold);
  const violations = told.flatMap(({ userId, quantity, answer }) => {
    const { status = 0, orderId = null } = answer ?? {};
    const what = `${userId} was answered ${String(status)} with order ${orderId ?? "of no id"}`;
    const order = orderId === null ? undefined : byId.get(orderId);
    if (order === undefined) return [`${what}, which does not stand`];
    if (order.userId !== userId) return [`${what}, which is ${order.userId}'s`];
    if (order.quantity !== quantity)
      return [`${what} for ${units(quantity)}, which stands with ${units(order.quantity)}`];
    if (status === 201 && soldOnce.has(order.orderId)) return [`${what}, as somebody was before: one sale, told twice`];
    if (status === 201) soldOnce.add(order.orderId);
    return [];
  });
  return { name: "every 201 and 200 has its order", looked: `${String(told.length)} answers`, violations };
};

/** A definite refusal never becomes an order: whoever has one that nobody was told of must have been left in doubt. */
const ordersHaveAnswers = ({ asked, orders }: Evidence): Check => {
  const told = new Set(asked.filter(isSold).map(({ answer }) => answer?.orderId));
  const inDoubt = new Map<string, Asked[]>();
  for (const one of asked) if (isOpen(one)) inDoubt.set(one.userId, [...(inDoubt.get(one.userId) ?? []), one]);
  const others = orders.filter(({ orderId }) => !told.has(orderId));
  const violations = others.flatMap(({ orderId, userId, quantity }) => {
    const doubts = inDoubt.get(userId) ?? [];
    // The request that named it, else one that names none; each explains one order at most.
    const explaining =
      doubts.find(({ answer }) => answer?.orderId === orderId) ??
      doubts.find((one) => one.quantity === quantity && (one.answer?.orderId ?? null) === null);
    if (explaining === undefined)
      return [`order ${orderId} of ${userId} belongs to no request that was answered 503 or not at all`];
    doubts.splice(doubts.indexOf(explaining), 1);
    return [];
  });
  const name = "every other order is of a request answered 503 or not at all";
  return { name, looked: `${String(others.length)} orders`, violations };
};

/**
 * May an order have come of it, though nobody was told? Not where the API says that nothing was sold: a 503 of its own without an
 * order's id. A 408 comes from below the app, and says nothing about the order.
 */
const isOpen = ({ answer }: Asked): boolean => {
  if (answer === null || answer.status === 0 || answer.status === 408) return true;
  return answer.status === 503 && (answer.orderId !== null || answer.code === null);
};

const nobodyIsOverTheLimit = ({ product: { perUserLimit }, orders }: Evidence): Check => {
  const owned = new Map<string, number>();
  for (const { userId, quantity, status } of orders)
    if (status === "completed") owned.set(userId, (owned.get(userId) ?? 0) + quantity);
  const violations = [...owned]
    .filter(([, count]) => count > perUserLimit)
    .map(([userId, count]) => `${userId} owns ${units(count)}, and may own ${String(perUserLimit)}`);
  return { name: "nobody is over the limit", looked: `${String(owned.size)} buyers`, violations };
};

const numbersHaveNoGap = ({ orders }: Evidence): Check => {
  const violations: string[] = [];
  const ids = new Set<string>();
  let last = 0;
  for (const { orderId, number } of [...orders].sort((a, b) => a.number - b.number)) {
    if (ids.has(orderId)) violations.push(`order ${orderId} is there twice`);
    ids.add(orderId);
    if (number === last) violations.push(`number ${String(number)} was given twice, to order ${orderId} as well`);
    if (number > last + 1)
      violations.push(
        number === last + 2
          ? `number ${String(last + 1)} is missing`
          : `numbers ${String(last + 1)} to ${String(number - 1)} are missing`,
      );
    last = number;
  }
  return { name: "numbers are 1, 2, 3 … without a gap", looked: `${String(orders.length)} orders`, violations };
};

const unitsAreThoseOfTheOrders = ({ product: { sold, totalQuantity }, orders }: Evidence): Check => {
  const completed = orders.filter(({ status }) => status === "completed");
  const ordered = completed.reduce((sum, { quantity }) => sum + quantity, 0);
  const violations: string[] = [];
  if (sold !== ordered) violations.push(`${units(sold)} are sold, but the orders have ${units(ordered)}`);
  if (ordered > totalQuantity)
    violations.push(`the orders have ${units(ordered)}, of ${String(totalQuantity)} that there were`);
  return { name: "units sold are those of the orders", looked: units(ordered), violations };
};

const inventoryAndLedgerAgree = ({ product, drift }: Evidence): Check => {
  const { available, held, sold, totalQuantity } = product;
  const violations = drift.map((one) => `reconcile finds ${JSON.stringify(one)}`);
  if (held > 0) violations.push(`${units(held)} still held, by purchases that never ended`);
  if (available + held + sold !== totalQuantity) {
    violations.push(
      `${String(available)} available, ${String(held)} held and ${String(sold)} sold are not the ${units(totalQuantity)} there are`,
    );
  }
  return { name: "inventory and ledger agree, nothing is held", looked: units(totalQuantity), violations };
};

const units = (count: number): string => (count === 1 ? "1 unit" : `${String(count)} units`);
