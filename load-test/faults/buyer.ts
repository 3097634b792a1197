import { Agent, request, type Dispatcher } from "undici";
import type { Asked, Heard, History, ShownOrder } from "./history.js";

/** Longer than the API ever takes: a client that gives up first would learn nothing. */
const PATIENCE_MS = 20_000;

export interface Shop extends AsyncDisposable {
  /** One purchase at one API process; it is recorded, whatever comes of it. */
  buy(node: number, purchase: Purchase): Promise<Heard>;
  readonly nodes: number;
  readonly productId: string;
  readonly history: History;
}

export interface Purchase {
  readonly userId: string;
  readonly quantity: number;
  readonly key?: string;
  /** Over a connection of the client's own. */
  readonly over?: Dispatcher;
  /** The client hangs up this long after it asked. */
  readonly cutAfterMs?: number;
}

/** What every sale may answer with; a row whose buyers do more says which codes come with that. */
const REFUSALS = ["SOLD_OUT", "ALREADY_PURCHASED", "PURCHASE_IN_PROGRESS"];

/** Buyers' way to a product, over HTTP: one address an API process. */
export const openShop = (
  urls: readonly string[],
  productId: string,
  history: History,
  alsoForeseen: readonly string[] = [],
): Shop => {
  const refusals = [...REFUSALS, ...alsoForeseen];
  const agent = new Agent({
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
    connectTimeout: 2_000,
    pipelining: 1,
  });

  const ask = async (url: string, { userId, quantity, key, over, cutAfterMs }: Purchase): Promise<Heard> => {
    try {
      const { statusCode, body } = await request(`${url}/api/v1/sale/purchase`, {
        method: "POST",
        dispatcher: over ?? agent,
        headers: {
          "content-type": "application/json",
          "x-user-id": userId,
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        body: JSON.stringify({ productId, quantity }),
        ...(cutAfterMs !== undefined && { signal: AbortSignal.timeout(cutAfterMs) }),
      });
      return understand(statusCode, await body.text(), refusals);
    } catch (fault) {
      const why = codeOf(fault);
      // Nobody listened: not a byte of it was sent.
      return why === "ECONNREFUSED" ? { kind: "not-sold", code: why } : { kind: "unknown", orderId: null, why };
    }
  };

  return {
    productId,
    history,
    nodes: urls.length,
    async buy(node, purchase) {
      const url = urls[node];
      if (url === undefined) throw new Error(`there is no API process ${String(node)}`);
      const sentAtMs = Date.now();
      const heard = await ask(url, purchase);
      const { userId, quantity, key = null } = purchase;
      const asked: Asked = { userId, quantity, node, key, sentAtMs, answeredAtMs: Date.now(), heard };
      history.record(asked);
      return heard;
    },
    async [Symbol.asyncDispose]() {
      await agent.destroy();
    },
  };
};

interface Envelope {
  success: boolean;
  data?: ShownOrder;
  code?: string;
  details?: { orderId?: string; orderIds?: string[]; unitsLeft?: number };
}

const understand = (status: number, text: string, refusals: readonly string[]): Heard => {
  const unexpected: Heard = { kind: "unexpected", what: `${String(status)} ${text.slice(0, 300)}` };
  let envelope: Envelope;
  try {
    envelope = JSON.parse(text) as Envelope;
  } catch {
    return unexpected;
  }
  const { code = "", data, details } = envelope;
  switch (status) {
    case 200:
    case 201:
      return data === undefined ? unexpected : { kind: "order", status, order: data };
    case 400:
    case 403:
    case 422:
      if (!refusals.includes(code)) return unexpected;
      if (code !== "ALREADY_PURCHASED") return { kind: "refused", code };
      return { kind: "refused", code, orderIds: details?.orderIds ?? [], unitsLeft: details?.unitsLeft ?? 0 };
    case 429:
      return { kind: "not-sold", code };
    case 503:
      // By the contract: nothing was sold, or the order's id tells where to look.
      return details?.orderId === undefined
        ? { kind: "not-sold", code }
        : { kind: "unknown", orderId: details.orderId, why: code };
    default:
      return unexpected;
  }
};

const codeOf = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  if (fault instanceof AggregateError && fault.errors.length > 0) return codeOf(fault.errors[0]);
  return "code" in fault && typeof fault.code === "string" ? fault.code : fault.message;
};
