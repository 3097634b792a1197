import { systemIds } from "@flash-sale/core/memory";
import { checkClients } from "./client-checkers.js";
import type { Facts, OrderRow } from "./facts.js";
import type { Asked, ShownOrder } from "./history.js";

/** A broken invariant: which one, and the evidence. */
export type Violation = string;

export interface CheckOptions {
  /** Orders that stood before the first of these buyers came. */
  readonly preloaded?: number;
  /** Orders whose cancellation was asked for; true where it was answered with the cancelled order. */
  readonly cancels?: ReadonlyMap<string, boolean>;
}

/** Every checker, on a sale that is quiet. */
export const check = (
  asked: readonly Asked[],
  facts: Facts,
  { preloaded = 0, cancels = new Map() }: CheckOptions = {},
): Violation[] => [
  ...checkCap(facts),
  ...checkUnits(facts),
  ...checkLimit(facts),
  ...checkAnswers(asked, facts, cancels),
  ...checkCancels(facts, cancels),
  ...checkRefusals(asked, facts, preloaded),
  ...checkEnds(facts),
  ...checkNumbers(facts),
  ...checkClients(asked, facts),
];

/** I1. */
export const checkCap = ({ committed, confirmedUnits, total }: Facts): Violation[] =>
  committed <= total && confirmedUnits <= total
    ? []
    : [`I1: of ${String(total)} units ${String(committed)} are committed, ${String(confirmedUnits)} by the orders`];

/** I2, in the hot store and by the orders. */
export const checkUnits = ({ hot, total, committed, confirmedUnits }: Facts): Violation[] => {
  if (hot === null) return ["I2: no inventory of the ledger's epoch"];
  const found: Violation[] = [];
  const { available, held, purchased } = hot;
  if (held !== 0) found.push(`I2: ${String(held)} units are still held`);
  if (available + held + purchased !== total) {
    found.push(
      `I2: ${String(available)} + ${String(held)} + ${String(purchased)} units in the hot store, not ${String(total)}`,
    );
  }
  if (committed !== confirmedUnits) {
    found.push(`I2: the ledger has ${String(committed)} units, the orders ${String(confirmedUnits)}`);
  }
  if (held === 0 && purchased !== committed) {
    found.push(`I2: the hot store has ${String(purchased)} units purchased, the ledger ${String(committed)}`);
  }
  return found;
};

/** I3. */
export const checkLimit = ({ buyersOverLimit, limit }: Facts): Violation[] =>
  buyersOverLimit.map((user) => `I3: ${user} has more than ${String(limit)} units`);

/** I4, first half: what a client was shown is durable, and stands as it was shown. */
const checkAnswers = (
  asked: readonly Asked[],
  { orders, productId }: Facts,
  cancels: ReadonlyMap<string, boolean>,
): Violation[] => {
  const rows = new Map(orders.map((row) => [row.id, row]));
  return asked.flatMap(({ heard, userId, quantity }) => {
    if (heard.kind === "unexpected") return [`I4: ${userId} was answered ${heard.what}`];
    if (heard.kind !== "order") return [];
    const { order } = heard;
    const what = `I4: ${userId} was answered ${String(heard.status)} with order ${order.orderId}`;
    const row = rows.get(order.orderId);
    if (!row) return [`${what}, which does not stand`];
    if (row.status !== "confirmed" && !(row.status === "cancelled" && cancels.has(row.id)))
      return [`${what}, which is ${row.status}`];
    const same =
      order.productId === productId && order.userId === userId && order.quantity === quantity && isShownAs(row, order);
    return same ? [] : [`${what}, shown as ${JSON.stringify(order)}, which stands as ${JSON.stringify(row)}`];
  });
};

const isShownAs = (row: OrderRow, order: ShownOrder): boolean =>
  row.userId === order.userId &&
  row.number === order.number &&
  row.quantity === order.quantity &&
  row.priceMinor === Math.round(order.price * 100) &&
  (order.status === "completed" || (order.status === "cancelled" && row.status === "cancelled"));

/** I4, of cancellations: what was answered stands, and nothing was cancelled that nobody asked for. */
const checkCancels = ({ orders }: Facts, cancels: ReadonlyMap<string, boolean>): Violation[] =>
  orders.flatMap(({ id, status }) => {
    if (status === "cancelled") return cancels.has(id) ? [] : [`I4: order ${id} is cancelled, and nobody asked for it`];
    return cancels.get(id) === true ? [`I4: order ${id} was answered as cancelled, and is ${status}`] : [];
  });

/**
 * I4, second half: definitely refused means no order, ever. So every order must come of a request that was answered with it, or whose
 * answer left it open; each such request explains one order at most. A key whose last answer is a refusal has none.
 */
const checkRefusals = (
  asked: readonly Asked[],
  { orders, productId, confirmedRows }: Facts,
  preloaded = 0,
): Violation[] => {
  const shown = new Set<string>();
  const open = new Set<string>();
  const openOnce = new Map<string, number>();
  const keys = new Map<string, { userId: string; key: string; last: Asked; sold: boolean; open: boolean }>();
  const once = (userId: string, quantity: number) => `${userId} ${String(quantity)}`;

  for (const one of asked) {
    const { heard, userId, quantity, key } = one;
    if (heard.kind === "order") shown.add(heard.order.orderId);
    if (heard.kind === "unknown" && heard.orderId !== null) open.add(heard.orderId);
    if (heard.kind === "unknown" && heard.orderId === null && key === null) {
      openOnce.set(once(userId, quantity), (openOnce.get(once(userId, quantity)) ?? 0) + 1);
    }
    if (key === null) continue;
    const name = `${userId} ${key}`;
    const known = keys.get(name) ?? { userId, key, last: one, sold: false, open: false };
    known.last = one;
    known.sold ||= heard.kind === "order";
    known.open ||= heard.kind === "unknown";
    keys.set(name, known);
  }

  const found: Violation[] = [];
  const rows = new Map(orders.map((row) => [row.id, row]));
  for (const { userId, key, last, sold, open: wasOpen } of keys.values()) {
    const ids = [1, 2, 3].map((attempt) => systemIds.derive([userId, productId, key, attempt]));
    const standing = ids.filter((id) => rows.get(id)?.status === "confirmed");
    if (standing.length > 1) found.push(`I4: key ${key} of ${userId} has ${String(standing.length)} orders`);
    if (isDefiniteRefusal(last) && sold) found.push(`I4: key ${key} of ${userId} was refused after it had an order`);
    if (isDefiniteRefusal(last) && standing.length > 0) {
      found.push(`I4: key ${key} of ${userId} was refused, and order ${String(standing[0])} stands`);
    }
    if (wasOpen) for (const id of ids) open.add(id);
  }

  for (const row of orders) {
    if (row.status === "void" || shown.has(row.id) || open.has(row.id)) continue;
    const name = once(row.userId, row.quantity);
    const explaining = openOnce.get(name) ?? 0;
    openOnce.set(name, explaining - 1);
    if (explaining < 1) found.push(`I4: order ${row.id} of ${row.userId} comes of no request that was left open`);
  }
  const known = orders.filter(({ status }) => status === "confirmed").length;
  if (confirmedRows !== known + preloaded) {
    found.push(`I4: ${String(confirmedRows - known - preloaded)} orders of buyers nobody knows`);
  }
  return found;
};

/** Neither under way, nor the answer to another request that came with the same key. */
const isDefiniteRefusal = ({ heard }: Asked): boolean =>
  heard.kind === "refused" && heard.code !== "PURCHASE_IN_PROGRESS" && heard.code !== "IDEMPOTENCY_KEY_REUSED";

/** I6, in the hot store: a buyer's record has every order once, a cancelled one with 0 units, and nothing that ended otherwise. */
export const checkEnds = ({ hot, orders }: Facts): Violation[] => {
  if (hot === null) return [];
  const standing = new Map<string, string[]>();
  for (const { status, userId, id, quantity } of orders) {
    if (status === "void") continue;
    const units = status === "cancelled" ? 0 : quantity;
    standing.set(userId, [...(standing.get(userId) ?? []), `${id}:${String(units)}`]);
  }
  const found: Violation[] = [];
  for (const [userId, record] of hot.records) {
    const expected = (standing.get(userId) ?? []).sort();
    if (record === null && (expected.length === 0 || !hot.buyersLoaded)) continue;
    const remembered = (record ?? "")
      .split(",")
      .filter((entry) => entry !== "")
      .sort();
    if (remembered.join() !== expected.join()) {
      found.push(
        `I6: the hot store remembers [${remembered.join(" ")}] of ${userId}, the orders are [${expected.join(" ")}]`,
      );
    }
  }
  return found;
};

/** 1, 2, 3 … without a gap. */
export const checkNumbers = ({ numberedRows, distinctNumbers, highestNumber }: Facts): Violation[] =>
  numberedRows === distinctNumbers && numberedRows === highestNumber
    ? []
    : [
        `numbers: ${String(numberedRows)} orders, ${String(distinctNumbers)} numbers, the highest ${String(highestNumber)}`,
      ];
