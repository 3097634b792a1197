import type { CancelCall, ChangeCall } from "@flash-sale/core/simulation";

/** What the contract shows of an order. */
export interface ShownOrder {
  readonly orderId: string;
  readonly number: number;
  readonly productId: string;
  readonly userId: string;
  readonly quantity: number;
  readonly price: number;
  readonly status: string;
}

export type Heard =
  | { readonly kind: "order"; readonly status: 200 | 201; readonly order: ShownOrder }
  /** A definite no: no order comes of this request. */
  | {
      readonly kind: "refused";
      readonly code: string;
      /** What the answer names where it says that the buyer has bought already. */
      readonly orderIds?: readonly string[];
      readonly unitsLeft?: number;
    }
  /** Not now: nothing was sold, says the answer, or the request never arrived. */
  | { readonly kind: "not-sold"; readonly code: string }
  /** An order may stand, now or soon: under `orderId` where the answer named it. */
  | { readonly kind: "unknown"; readonly orderId: string | null; readonly why: string }
  /** No answer of the contract. */
  | { readonly kind: "unexpected"; readonly what: string };

/** One request of one buyer, as its sender saw it. */
export interface Asked {
  readonly userId: string;
  readonly key: string | null;
  readonly quantity: number;
  /** The API process it was sent to. */
  readonly node: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly heard: Heard;
}

export type AdminCall = CancelCall | ChangeCall;

/** All that the clients saw, in the order in which they saw it. */
export interface History {
  readonly asked: readonly Asked[];
  record(asked: Asked): void;
  /** Orders whose cancellation an admin asked for; true where it was answered with the cancelled order. */
  readonly cancels: ReadonlyMap<string, boolean>;
  recordCancel(orderId: string, answered: boolean): void;
  /** Cancellations and changes, whether they were answered or not. */
  readonly adminCalls: readonly AdminCall[];
  /** An admin asks; the answer is recorded by what is returned. */
  recordAdmin(call: AdminCall): (answered: AdminCall) => void;
  /** Answers with 201. */
  sold(): number;
  /** How long after `atMs` the next 201 came whose buyer had asked after it; null where none did. */
  nextSaleMs(atMs: number, node?: number): number | null;
}

export const createHistory = (): History => {
  const asked: Asked[] = [];
  const cancels = new Map<string, boolean>();
  const adminCalls: AdminCall[] = [];
  let sold = 0;
  return {
    asked,
    cancels,
    adminCalls,
    recordAdmin(call) {
      const place = adminCalls.push(call) - 1;
      return (answered) => (adminCalls[place] = answered);
    },
    recordCancel: (orderId, answered) => void cancels.set(orderId, answered || cancels.get(orderId) === true),
    record(one) {
      asked.push(one);
      if (isSale(one)) sold += 1;
    },
    sold: () => sold,
    nextSaleMs(atMs, node) {
      const next = asked.find(
        (one) => isSale(one) && one.sentAtMs >= atMs && (node === undefined || one.node === node),
      );
      return next === undefined ? null : next.answeredAtMs - atMs;
    },
  };
};

const isSale = ({ heard }: Asked): boolean => heard.kind === "order" && heard.status === 201;
