import { systemIds } from "@flash-sale/core/memory";
import { checkHistory, type Call, type OrdersCall, type PurchaseAnswer } from "@flash-sale/core/simulation";
import type { Facts } from "./facts.js";
import type { Asked, History } from "./history.js";

export interface Linearity {
  readonly violations: readonly string[];
  /** Buyers whose history was searched whole, and those that were given up. */
  readonly explained: number;
  readonly undecided: number;
}

/** An instant of a clock that counts whole milliseconds was up to one later. */
const TICK_MS = 1;
/** Attempts of one key that are looked for. */
const ATTEMPTS = 16;

/** Whether a shop that does one thing after the other could have told the clients what they heard, and have the orders that stand. */
export const checkLinear = (
  { asked, adminCalls }: History,
  facts: Facts,
  terms: { readonly totalQuantity: number; readonly perUserLimit: number },
): Linearity => {
  const { productId } = facts;
  const calls = [...asked.map((one, index) => purchaseCall(productId, one, index)), ...adminCalls];
  const sales = [{ productId, ...terms }];
  const { findings, explained, undecided } = checkHistory({ sales, calls: [...calls, ...finalOrders(asked, facts)] });
  return { explained, undecided, violations: findings.slice(0, 10).map((finding) => `I4: ${finding.slice(0, 600)}`) };
};

const keyName = (userId: string, key: string): string => `${userId} ${key}`;

const purchaseCall = (productId: string, one: Asked, index: number): Call => ({
  kind: "purchase",
  productId,
  userId: one.userId,
  name: one.key === null ? `request ${String(index)}` : keyName(one.userId, one.key),
  request: String(one.quantity),
  units: one.quantity,
  repeatable: one.key !== null,
  server: String(one.node),
  askedAtMs: one.sentAtMs,
  answeredAtMs: one.answeredAtMs + TICK_MS,
  answer: answerOf(one),
});

const REASONS: Readonly<Record<string, string>> = {
  SOLD_OUT: "sold-out",
  PURCHASE_IN_PROGRESS: "in-progress",
  SALE_NOT_STARTED: "not-started",
  SALE_ENDED: "ended",
};

const answerOf = ({ heard }: Asked): PurchaseAnswer => {
  switch (heard.kind) {
    case "order": {
      const { orderId: id, number, quantity: units, status } = heard.order;
      return { kind: "sold", order: { id, number, units, cancelled: status === "cancelled" } };
    }
    case "refused":
      if (heard.code === "ALREADY_PURCHASED") {
        const { orderIds = [], unitsLeft = 0 } = heard;
        return { kind: "limit-reached", orderIds, unitsLeft };
      }
      if (heard.code === "IDEMPOTENCY_KEY_REUSED") return { kind: "key-reused" };
      return { kind: "refused", reason: REASONS[heard.code] ?? heard.code };
    case "not-sold":
      return { kind: "nothing" };
    case "unknown":
      return { kind: "unknown", orderId: heard.orderId };
    case "unexpected":
      return { kind: "unknown", orderId: null };
  }
};

/** What stands at the end, as if each buyer had asked for all of their orders. */
const finalOrders = (asked: readonly Asked[], { orders, productId }: Facts): OrdersCall[] => {
  const names = new Map<string, string>();
  for (const { userId, key } of asked) {
    if (key === null) continue;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1)
      names.set(systemIds.derive([userId, productId, key, attempt]), keyName(userId, key));
  }
  const atMs = Date.now();
  return [...new Set(asked.map(({ userId }) => userId))].map((userId) => ({
    kind: "orders",
    productId,
    userId,
    askedAtMs: atMs,
    answeredAtMs: atMs + TICK_MS,
    answer: orders
      .filter((row) => row.userId === userId && row.status !== "void")
      .map(({ id, number, quantity, status }) => ({
        id,
        number: number ?? 0,
        units: quantity,
        cancelled: status === "cancelled",
        name: names.get(id) ?? null,
      })),
  }));
};
