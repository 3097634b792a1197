import { OrderMayStand } from "../faults.js";
import type { Order } from "../order.js";
import type { Attempt, Purchase } from "./buyers.js";
import { checkHistory } from "./linearizability.js";
import type { World } from "./world.js";

/** What can only be judged at the end, when every answer is known: I4, and that a key finds its own order again. */
export function judgeAnswers(
  { database, journal }: World,
  productIds: readonly string[],
  purchases: readonly Purchase[],
): void {
  const standing = new Map<string, Order>();
  for (const productId of productIds) {
    for (const order of database.inspect(productId)?.orders ?? [])
      standing.set(String(order.metadata?.["name"]), order);
  }
  for (const purchase of purchases) judge(purchase, standing.get(purchase.name) ?? null);

  function judge(purchase: Purchase, order: Order | null): void {
    const { name, request, attempts } = purchase;
    const told = attempts
      .map(({ answer }) => answer?.kind === "purchased" && answer.order)
      .filter((told) => told !== false);

    for (const one of told) {
      // What was told as completed may be cancelled since, never the other way round.
      const told = one.status === "confirmed" && order ? { ...one, status: order.status } : one;
      if (JSON.stringify(told) !== JSON.stringify(order)) {
        journal.violated("I4", `${name} was told of ${JSON.stringify(one)}, and ${JSON.stringify(order)} stands`);
      }
    }
    if (order && (order.userId !== request.userId || order.quantity !== (request.quantity ?? 1))) {
      journal.violated("I4", `${name} asked for ${JSON.stringify(request)}, and ${JSON.stringify(order)} stands`);
    }
    if (order && attempts.every(endedWithoutOrder)) {
      journal.violated("I4", `every request of ${name} was refused, and order ${order.id} stands`);
    }
    for (const attempt of attempts) {
      if (attempt.knownOrderId !== null && attempt.answer && forgotOrder(attempt)) {
        journal.violated(
          "idempotency",
          `${name} was sent again after it had order ${attempt.knownOrderId}: ${JSON.stringify(attempt.answer)}`,
        );
      }
    }
    const firsts = attempts.filter(({ answer }) => answer?.kind === "purchased" && !answer.replayed).length;
    if (firsts > 1) journal.count("orders told as new twice");
  }
}

/** Whether what clients saw can have been one thing after the other. */
export function judgeHistory(world: World, productIds: readonly string[]): void {
  const { database, journal, observer, recorder, plan } = world;
  const productOf = new Map<string, string>();
  for (const productId of productIds) {
    const orders = database.inspect(productId)?.orders ?? [];
    for (const { id } of orders) productOf.set(id, productId);
    const buyers = new Set(
      recorder.calls.flatMap((call) => (call.kind === "purchase" && call.productId === productId ? [call.userId] : [])),
    );
    for (const { userId } of orders) buyers.add(userId);
    for (const userId of buyers)
      recorder.orders(
        productId,
        userId,
        orders.filter((order) => order.userId === userId),
      );
  }
  const sales = productIds.flatMap((productId, index) => {
    const sale = plan.sales[index];
    return sale ? [{ ...sale, productId }] : [];
  });
  const calls = recorder.calls.map((call) =>
    call.kind === "cancel" ? { ...call, productId: productOf.get(call.orderId) ?? "" } : call,
  );
  const check = checkHistory({ sales, calls, ...observer.seen });
  journal.count("buyers' histories explained", check.explained);
  journal.count("buyers' histories undecided", check.undecided);
  for (const finding of check.findings) journal.violated("linearizability", finding);
}

/** The buyer knows for certain that this request sold nothing. */
function endedWithoutOrder({ answer, tainted }: Attempt): boolean {
  switch (answer?.kind) {
    case "refused":
      return !tainted;
    case "key-reused":
    case "overloaded":
    case "unknown-product":
      return true;
    case "unavailable":
      return answer.orderId === null;
    // 503 without an order's id: nothing was sold.
    case "thrown":
      return !(answer.fault instanceof OrderMayStand);
    case "purchased":
    case "lost":
    case undefined:
      return false;
  }
}

/** A key whose order was told of is answered with it, or not now; never with a refusal that is final. */
function forgotOrder({ answer, knownOrderId, tainted }: Attempt): boolean {
  switch (answer?.kind) {
    case "purchased":
      return answer.order.id !== knownOrderId;
    case "refused":
      return answer.reason !== "in-progress" && !tainted;
    case "key-reused":
    case "unknown-product":
      return true;
    default:
      return false;
  }
}
