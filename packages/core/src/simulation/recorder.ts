import { InvalidRequest, OrderMayStand } from "../faults.js";
import type { Order } from "../order.js";
import type { ChangeOutcome, ProductChange } from "../use-cases/change-product.js";
import type { PurchaseRequest } from "../use-cases/purchase-request.js";
import type { SaleStatus } from "../use-cases/sale-status.js";
import type { Answer, Told } from "./answers.js";
import type { Call, CancelCall, ChangeCall, LookCall, PurchaseAnswer } from "./history.js";

type Times = Pick<Call, "askedAtMs" | "answeredAtMs">;
interface AskedPurchase {
  readonly name: string;
  readonly key: string;
  readonly request: PurchaseRequest;
  readonly repeatable: boolean;
}
type Heard<T> = (answer: T) => void;

/** Writes down what is asked of the processes, and what is heard of it, as their clients see it. */
export interface Recorder {
  readonly calls: readonly Call[];
  purchase(server: string, purchase: AskedPurchase): Heard<Answer>;
  cancel(orderId: string): Heard<Told<Order | null>>;
  change(productId: string, change: ProductChange): Heard<Told<ChangeOutcome>>;
  look(productId: string): Heard<SaleStatus | null>;
  /** All that a buyer is shown, now. */
  orders(productId: string, userId: string, orders: readonly Order[]): void;
}

/** Whose the order is that a cancellation names is found out in the end: nobody who asks for it has to say. */
const UNKNOWN_PRODUCT = "";

export function createRecorder(nowMs: () => number): Recorder {
  const calls: Call[] = [];

  /** In the list from the start, with the answer that nobody has heard: whatever is never heard of is there as well. */
  function begin<A>(unheard: A, callWith: (answer: A, times: Times) => Call) {
    const askedAtMs = nowMs();
    const place = calls.push(callWith(unheard, { askedAtMs, answeredAtMs: Infinity })) - 1;
    return (answer: A) => void (calls[place] = callWith(answer, { askedAtMs, answeredAtMs: nowMs() }));
  }

  return {
    calls,
    purchase(server, { name, key, request, repeatable }) {
      const { productId, userId, quantity: units = 1 } = request;
      const what = { productId, userId, name: key, request: name, units, repeatable, server };
      const heard = begin<PurchaseAnswer>({ kind: "unknown", orderId: null }, (answer, times) => {
        const answeredAtMs = answer.kind === "unknown" ? Infinity : times.answeredAtMs;
        return { kind: "purchase", ...what, ...times, answeredAtMs, answer };
      });
      return (answer) => heard(heardOfPurchase(answer));
    },
    cancel(orderId) {
      const what = { productId: UNKNOWN_PRODUCT, orderId };
      const heard = begin<CancelCall["answer"]>("unknown", (answer, times) => {
        return { kind: "cancel", ...what, ...times, answer };
      });
      return (told) => {
        if (told.kind === "told") heard(told.answer === null ? "no-such-order" : "cancelled");
      };
    },
    change(productId, { totalQuantity = null, perUserLimit = null }) {
      const what = { productId, totalQuantity, perUserLimit };
      const heard = begin<ChangeCall["answer"]>("unknown", (answer, times) => {
        return { kind: "change", ...what, ...times, answer };
      });
      return (told) => {
        const answer = heardOfChange(told);
        if (answer !== "unknown") heard(answer);
      };
    },
    look(productId) {
      const heard = begin<LookCall["answer"]>("unknown", (answer, times) => {
        return { kind: "look", productId, ...times, answer };
      });
      return (status) => {
        if (!status) return;
        const { epoch, revision, totalQuantity, available, held, purchased } = status.stock;
        heard({ epoch, revision, totalQuantity, available, held, purchased });
      };
    },
    orders(productId, userId, orders) {
      const shown = orders.map((order) => ({ ...seen(order), name: String(order.metadata?.["purchase"]) }));
      begin(shown, (answer, times) => ({ kind: "orders", productId, userId, ...times, answer }))(shown);
    },
  };
}

function seen({ id, number, quantity: units, status }: Order) {
  return { id, number, units, cancelled: status === "cancelled" };
}

function heardOfPurchase(answer: Answer): PurchaseAnswer {
  switch (answer.kind) {
    case "purchased":
      return { kind: "sold", order: seen(answer.order) };
    case "refused": {
      if (answer.reason !== "limit-reached") return { kind: "refused", reason: answer.reason };
      const { orderIds, unitsLeft } = answer;
      return { kind: "limit-reached", orderIds, unitsLeft };
    }
    case "key-reused":
      return { kind: "key-reused" };
    case "unknown-product":
    case "overloaded":
      return { kind: "nothing" };
    case "unavailable":
      return answer.orderId === null ? { kind: "nothing" } : { kind: "unknown", orderId: answer.orderId };
    // 503 without an order's id: nothing was sold.
    case "thrown":
      return answer.fault instanceof OrderMayStand
        ? { kind: "unknown", orderId: answer.fault.orderId }
        : { kind: "nothing" };
    case "lost":
      return { kind: "unknown", orderId: null };
  }
}

function heardOfChange(told: Told<ChangeOutcome>): ChangeCall["answer"] {
  if (told.kind === "told") return told.answer.kind === "changed" ? "changed" : "refused";
  return told.kind === "thrown" && told.fault instanceof InvalidRequest ? "refused" : "unknown";
}
