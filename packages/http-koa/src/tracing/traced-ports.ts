import type { Admission, FlashSale, HoldAnswer, Orders, PurchaseOutcome } from "@flash-sale/core";
import { SpanKind, type Attributes } from "@opentelemetry/api";
import type { Spans } from "./spans.js";

const CALL = { kind: SpanKind.CLIENT };

/** The whole purchase: of its attempts one follows the other below it. */
export function tracedSale(spans: Spans, sale: FlashSale): FlashSale {
  return {
    ...sale,
    purchase: (request) =>
      spans.scope("purchase", { attributes: { "flash_sale.product_id": request.productId } }, async (span) => {
        const outcome = await sale.purchase(request);
        span.setAttributes(factsOf(outcome));
        return outcome;
      }),
  };
}

/** The buyer's hold in the inventory, and how it ends there. */
export function tracedAdmission(spans: Spans, admission: Admission): Admission {
  return {
    admit: (request) => {
      const attributes = { "flash_sale.reservation_id": request.reservationId };
      return spans.within("admission", { ...CALL, attributes }, async (span) => {
        const answer = await admission.admit(request);
        span.setAttribute("flash_sale.admission", wordOf(answer));
        // Not always the one that was asked for: a buyer's hold may be of an earlier attempt.
        if (answer.kind === "held" || answer.kind === "already-held") spans.remember(answer.reservation.id);
        return answer;
      });
    },
    confirm: (productId, epoch, reservations) =>
      spans.sharedBy("confirm", reservations, CALL, () => admission.confirm(productId, epoch, reservations)),
    release: (productId, epoch, reservations) =>
      spans.sharedBy("release", reservations, CALL, () => admission.release(productId, epoch, reservations)),
  };
}

/** The commit in the ledger, in which many purchases share one transaction. */
export function tracedOrders(spans: Spans, orders: Orders): Orders {
  return {
    ...orders,
    commit: (productId, epoch, drafts) =>
      spans.sharedBy("commit", drafts, { ...CALL, attributes: { "db.system.name": "postgresql" } }, () =>
        orders.commit(productId, epoch, drafts),
      ),
  };
}

function factsOf(outcome: PurchaseOutcome): Attributes {
  switch (outcome.kind) {
    case "purchased":
      return {
        "flash_sale.outcome": outcome.replayed ? "replayed" : "purchased",
        "flash_sale.reservation_id": outcome.order.id,
      };
    case "refused":
      return { "flash_sale.outcome": outcome.reason };
    default:
      return { "flash_sale.outcome": outcome.kind };
  }
}

const wordOf = (answer: HoldAnswer): string => (answer.kind === "refused" ? answer.reason : answer.kind);
