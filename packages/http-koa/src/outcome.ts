import {
  InvalidRequest,
  OrderMayStand,
  SALE_MESSAGES,
  StoreUnavailable,
  type ChangeOutcome,
  type PurchaseOutcome,
  type Refusal,
  type SaleCode,
} from "@flash-sale/core";
import { refused, RequestRefused, success, type Answer, type RefusedAnswer } from "./answer.js";
import { productView, purchaseView } from "./views.js";

/** What a buyer is told. A new outcome in the core does not compile until it has its line here. */
export function answerToPurchase(outcome: PurchaseOutcome): Answer {
  switch (outcome.kind) {
    case "purchased":
      return success(purchaseView(outcome.order), outcome.replayed ? 200 : 201);
    case "refused":
      return answerToRefusal(outcome);
    case "key-reused":
      return plain("IDEMPOTENCY_KEY_REUSED");
    case "unknown-product":
      return productNotFound();
    case "overloaded":
      return plain("OVERLOADED");
    case "unavailable":
      return unavailable(outcome.orderId);
    default:
      return unforeseen(outcome);
  }
}

/** What an admin is told of a change to a product. */
export function answerToChange(outcome: ChangeOutcome): Answer {
  switch (outcome.kind) {
    case "changed":
      return success(productView(outcome.status));
    case "total-too-low": {
      const { smallest } = outcome;
      return refused("TOTAL_TOO_LOW", `The total must be at least ${smallest}: so much is sold or held.`, { smallest });
    }
    case "unknown-product":
      return productNotFound();
    default:
      return unforeseen(outcome);
  }
}

function answerToRefusal(refusal: Refusal): RefusedAnswer {
  switch (refusal.reason) {
    case "exceeds-limit": {
      const { perUserLimit } = refusal;
      return refused("INVALID_REQUEST", `A buyer may own at most ${units(perUserLimit)} of this product.`, {
        perUserLimit,
      });
    }
    case "not-started":
      return plain("SALE_NOT_STARTED");
    case "ended":
      return plain("SALE_ENDED");
    case "price-changed":
      return plain("PRICE_CHANGED");
    case "in-progress":
      return plain("PURCHASE_IN_PROGRESS");
    case "limit-reached": {
      const { orderIds, unitsLeft } = refusal;
      const sentence =
        unitsLeft === 0
          ? "This user has bought all units a buyer may own."
          : `This user may buy ${units(unitsLeft)} more, not as many as asked.`;
      return refused("ALREADY_PURCHASED", sentence, { orderIds, unitsLeft });
    }
    case "sold-out":
      return plain("SOLD_OUT");
    default:
      return unforeseen(refusal);
  }
}

/** What is told when something was thrown. `foreseen` is false for what nobody thought of: that is logged with its stack. */
export function answerToFault(fault: unknown): { readonly answer: RefusedAnswer; readonly foreseen: boolean } {
  if (fault instanceof RequestRefused) {
    const { code, message, headers } = fault;
    return { answer: { ...refused(code, message), headers }, foreseen: true };
  }
  if (fault instanceof InvalidRequest) {
    const { field, details, message } = fault;
    return { answer: refused("INVALID_REQUEST", sentence(message), { field, ...details }), foreseen: true };
  }
  if (fault instanceof StoreUnavailable) return { answer: storeAway(fault), foreseen: true };
  return { answer: internal(fault), foreseen: false };
}

export function productNotFound(): RefusedAnswer {
  return plain("PRODUCT_NOT_FOUND");
}

export function orderNotFound(): RefusedAnswer {
  return refused("ORDER_NOT_FOUND", "This buyer has no such order.");
}

/** Of whatever was asked, a purchase among it: where nobody knows what came of it, repeating may do it twice. */
function storeAway({ effect }: StoreUnavailable): RefusedAnswer {
  return refused(
    "UNAVAILABLE",
    effect === "none"
      ? "A store cannot be reached. Nothing has changed; please try again."
      : "A store stopped answering. Look at what stands, then try again.",
  );
}

function unavailable(orderId: string | null): RefusedAnswer {
  if (orderId === null) return refused("UNAVAILABLE", "A store cannot be reached. Nothing was sold; please try again.");
  return refused(
    "UNAVAILABLE",
    "A store stopped answering during the purchase. Ask for the order to learn whether it stands.",
    { orderId },
  );
}

function internal(fault: unknown): RefusedAnswer {
  if (!(fault instanceof OrderMayStand))
    return refused("INTERNAL", "Something went wrong that nobody foresaw. Please try again.");
  const { orderId } = fault;
  const sentence = "Something went wrong that nobody foresaw. Ask for the order to learn whether it stands.";
  return refused("INTERNAL", sentence, { orderId });
}

/** Where there is nothing more to say than what the code says. */
function plain(code: SaleCode): RefusedAnswer {
  return refused(code, SALE_MESSAGES[code]);
}

function units(count: number): string {
  return count === 1 ? "1 unit" : `${count} units`;
}

/** The core's messages begin with a field's name and have no full stop. */
function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}

function unforeseen(value: never): never {
  throw new Error(`no answer for ${JSON.stringify(value)}`);
}
