import type { PurchaseRequest } from "../use-cases/purchase-request.js";
import type { Answer } from "./answers.js";
import type { Changers } from "./changers.js";
import type { Fleet } from "./fleet.js";
import { watchForTaint, type World } from "./world.js";
import { createWrongMemory } from "./wrong-memory.js";

/** One request that reached a process. */
export interface Attempt {
  /** The order an earlier answer had told of for this purchase when this request was sent. */
  readonly knownOrderId: string | null;
  answer: Answer | null;
  /** The inventory may have been one meanwhile that nobody could tell from a sound one, and is none: a refusal proves nothing. */
  tainted: boolean;
}

/** What a buyer means to buy once. With a key it may be asked for again and again. */
export interface Purchase {
  readonly name: string;
  /** The same for requests that are one purchase to the shop: those with one key. */
  readonly key: string;
  readonly request: PurchaseRequest;
  readonly repeatable: boolean;
  readonly attempts: Attempt[];
  orderId: string | null;
}

export interface Buyers {
  readonly purchases: readonly Purchase[];
  /** Requests that a process has taken and not answered, and those on their way. */
  pending(): number;
  attempts(): number;
  /** Sends the purchase to a process, once. */
  send(purchase: Purchase, onAnswer?: (answer: Answer) => void): void;
  /** A buyer nobody has seen, for one unit. */
  stranger(productId: string): Purchase;
  /** A purchase as it comes, by one of the crowd. */
  draw(productIds: readonly string[]): Purchase;
  /** Sends a purchase the way people do: twice in a hurry, again after a failure, again out of doubt. */
  buy(purchase: Purchase): void;
}

const MAX_TRIES = 5;

export function createBuyers(world: World, fleet: Fleet, changers: Changers): Buyers {
  const { random, scheduler, journal, plan } = world;
  const purchases: Purchase[] = [];
  const wrongMemory = createWrongMemory(scheduler.elapsedMs);
  let pending = 0;
  let attempts = 0;

  function add(request: Omit<PurchaseRequest, "metadata">, poison = false): Purchase {
    const { productId, userId, idempotencyKey, reservationId } = request;
    const name = `#${purchases.length + 1}`;
    // Two purchases with one key are one purchase to the shop.
    const purchase =
      idempotencyKey === undefined ? (reservationId ?? name) : JSON.stringify([productId, userId, idempotencyKey]);
    const metadata = { purchase, name, ...(poison ? { poison } : {}) };
    const repeatable = purchase !== name;
    const made: Purchase = {
      name,
      key: purchase,
      request: { ...request, metadata },
      repeatable,
      attempts: [],
      orderId: null,
    };
    purchases.push(made);
    return made;
  }

  function send(purchase: Purchase, onAnswer: (answer: Answer) => void = () => undefined): void {
    pending += 1;
    const wayUs = random.between(200, 3_000);
    const running = fleet.any();
    const refuse = () => {
      pending -= 1;
      onAnswer({ kind: "lost" });
    };
    if (!running) {
      scheduler.after(wayUs, refuse);
      return;
    }

    const { process, sale } = running;
    process.onDeath.add(refuse);
    running.reach(wayUs, () => {
      process.onDeath.delete(refuse);
      const attempt: Attempt = { knownOrderId: purchase.orderId, answer: null, tainted: false };
      const { productId } = purchase.request;
      const watched = wrongMemory.begin(process.name, productId, watchForTaint(world, productId));
      purchase.attempts.push(attempt);
      const record = world.recorder.purchase(process.name, purchase);
      attempts += 1;
      process.underWay += 1;
      journal.note(() => `${process.name} takes ${purchase.name} ${JSON.stringify(purchase.request)}`);

      const end = (answer: Answer) => {
        if (attempt.answer) return;
        attempt.answer = answer;
        const isSoldOut = answer.kind === "refused" && answer.reason === "sold-out";
        attempt.tainted = watched.end() || (isSoldOut && watched.mayRemember);
        if (answer.kind !== "refused" || !(attempt.tainted || wasSplit(purchase.request))) record(answer);
        pending -= 1;
        process.underWay -= 1;
        process.onDeath.delete(die);
        if (answer.kind === "purchased") purchase.orderId = answer.order.id;
        journal.count(`answers: ${wordFor(answer)}`);
        journal.note(() => `${process.name} answers ${purchase.name}: ${JSON.stringify(answer)}`);
        onAnswer(answer);
      };
      const die = () => end({ kind: "lost" });
      process.onDeath.add(die);
      sale.purchase(purchase.request).then(
        (outcome) => process.alive && end(outcome),
        (fault: unknown) => process.alive && end({ kind: "thrown", fault }),
      );
    });
  }

  const wasSplit = ({ productId }: PurchaseRequest) =>
    world.hot.wasSplit(productId, world.database.ledger(productId)?.epoch ?? 0);

  function draw(productIds: readonly string[]): Purchase {
    const earlier = random.chance(0.03) ? random.pickAny(purchases) : null;
    const quantity = random.chance(0.6) ? 1 : random.between(1, 4);
    if (earlier?.request.idempotencyKey !== undefined)
      return add({ ...earlier.request, quantity: (earlier.request.quantity ?? 1) + 1 });

    const productId = random.pickAny(productIds) ?? "";
    const request = { productId, userId: `user-${random.between(1, plan.users)}`, quantity };
    const poison = random.chance(0.01);
    if (random.chance(0.5))
      return add({ ...request, idempotencyKey: `key-${random.between(1, 4)}-${purchases.length}` }, poison);
    if (random.chance(0.1)) return add({ ...request, reservationId: world.ids.next() }, poison);
    return add(random.chance(0.05) ? { ...request, expectedPrice: 1 } : request, poison);
  }

  function buy(purchase: Purchase, tries = 1): void {
    send(purchase, (answer) => {
      const failed = answer.kind === "lost" || answer.kind === "thrown" || answer.kind === "unavailable";
      const busy = answer.kind === "refused" && answer.reason === "in-progress";
      if (answer.kind === "purchased" && random.chance(plan.changes.regret)) changers.cancel(answer.order.id);
      const again = failed || busy ? 0.8 : answer.kind === "purchased" ? 0.2 : 0.1;
      if (!purchase.repeatable || tries >= MAX_TRIES || !random.chance(again)) return;
      pending += 1;
      scheduler.after(random.between(1, 2_000) * 1000, () => {
        pending -= 1;
        buy(purchase, tries + 1);
      });
    });
  }

  return {
    purchases,
    pending: () => pending,
    attempts: () => attempts,
    send,
    stranger: (productId) => add({ productId, userId: `stranger-${purchases.length}` }),
    draw,
    buy(purchase) {
      buy(purchase);
      if (random.chance(0.1)) buy(purchase.repeatable ? purchase : add(purchase.request));
    },
  };
}

function wordFor(answer: Answer): string {
  switch (answer.kind) {
    case "purchased":
      return answer.replayed ? "200 replayed" : "201 purchased";
    case "refused":
      return `refused, ${answer.reason}`;
    case "unavailable":
      return answer.orderId === null ? "unavailable, nothing sold" : "unavailable, an order may stand";
    case "thrown":
      return `fault, ${answer.fault instanceof Error ? answer.fault.name : "unknown"}`;
    case "lost":
      return "none, the process died";
    case "key-reused":
    case "unknown-product":
    case "overloaded":
      return answer.kind;
  }
}
