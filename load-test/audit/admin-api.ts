/** An order as admins see it, as far as the audit looks. */
export interface AuditedOrder {
  readonly orderId: string;
  readonly number: number;
  readonly userId: string;
  readonly quantity: number;
  /** `completed` or `cancelled`. */
  readonly status: string;
}

export interface AuditedProduct {
  readonly totalQuantity: number;
  readonly perUserLimit: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

/** What the API says of one product. */
export interface AdminApi {
  product(): Promise<AuditedProduct>;
  /** All orders, by the feed, in the order of their numbers. */
  orders(): Promise<AuditedOrder[]>;
  /** What inventory and ledger disagree about. Changes nothing. */
  drift(): Promise<readonly unknown[]>;
}

/** Nobody answers there, or a store behind the API is away. */
export class ApiUnreachable extends Error {
  override readonly name = "ApiUnreachable";
}

/** The API answers, and does not let us in. */
export class NotAdmin extends Error {
  override readonly name = "NotAdmin";
}

const A_PAGE = 1_000;
const PATIENCE_MS = 30_000;

interface Envelope {
  readonly data?: unknown;
  readonly error?: string;
}

export const adminApi = (baseUrl: string, adminKey: string, productId: string): AdminApi => {
  const base = baseUrl.replace(/\/+$/, "");

  const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const url = `${base}${path}`;
    const headers = { "x-admin-key": adminKey, "content-type": "application/json" };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(url, { ...init, headers, signal }).catch((cause: unknown) => {
      throw new ApiUnreachable(`${url} does not answer. Is the API running there?`, { cause });
    });
    const { data, error = "" } = (await answer.json().catch(() => ({}))) as Envelope;
    if (answer.status === 200) return data;
    const what = `${url} answered ${String(answer.status)}: ${error}`;
    if (answer.status === 503) throw new ApiUnreachable(what);
    if (answer.status === 401 || answer.status === 403) throw new NotAdmin(what);
    throw new Error(what);
  };

  return {
    product: async () => (await call(`/admin/products/${productId}`)) as AuditedProduct,
    drift: async () => {
      const report = await call(`/admin/products/${productId}/reconcile`, { method: "POST", body: "{}" });
      return (report as { drift: readonly unknown[] }).drift;
    },
    orders: async () => {
      const all: AuditedOrder[] = [];
      for (let after = 0; ;) {
        const page = await call(`/admin/orders?productId=${productId}&after=${String(after)}&limit=${String(A_PAGE)}`);
        const { items } = page as { items: readonly AuditedOrder[] };
        all.push(...items);
        const next = items.at(-1)?.number ?? after;
        // A feed that does not go on would be read for ever.
        if (next <= after) return all;
        after = next;
      }
    },
  };
};
