import { request } from "undici";
import { ADMIN_KEY } from "./api-fleet.js";
import type { Shop } from "./buyer.js";

/** Longer than the API ever takes. */
const PATIENCE_MS = 20_000;

export interface ProductEdit {
  readonly totalQuantity?: number;
  readonly price?: number;
  readonly perUserLimit?: number;
  /** ISO 8601. */
  readonly saleStartAt?: string;
  readonly saleEndAt?: string;
}

/** What an admin heard: done; a definite no; or that it may have been done, now or soon. */
export type AdminHeard =
  | { readonly kind: "done"; readonly data: unknown }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unknown"; readonly why: string };

/** An admin's way to the product on sale, at any of its API processes. */
export interface Admin {
  change(node: number, edit: ProductEdit): Promise<AdminHeard>;
  /** It is recorded in the history, as purchases are. */
  cancel(node: number, orderId: string): Promise<AdminHeard>;
  rebuild(node: number): Promise<AdminHeard>;
  reconcile(node: number, options?: { readonly fix?: boolean }): Promise<AdminHeard>;
}

export const openAdmin = (urls: readonly string[], { productId, history }: Shop): Admin => {
  const product = `/admin/products/${productId}`;
  const ask = async (node: number, method: "POST" | "PATCH", path: string, body: object): Promise<AdminHeard> => {
    try {
      const answer = await request(`${urls[node] ?? ""}/api/v1${path}`, {
        method,
        headersTimeout: PATIENCE_MS,
        bodyTimeout: PATIENCE_MS,
        headers: { "content-type": "application/json", "x-admin-key": ADMIN_KEY },
        body: JSON.stringify(body),
      });
      const { data, code = "" } = (await answer.body.json()) as { data?: unknown; code?: string };
      if (answer.statusCode === 200) return { kind: "done", data };
      return answer.statusCode < 500 ? { kind: "refused", code } : { kind: "unknown", why: code };
    } catch (fault) {
      return { kind: "unknown", why: String(fault) };
    }
  };

  return {
    async change(node, edit) {
      const { totalQuantity = null, perUserLimit = null } = edit;
      const call = { kind: "change", totalQuantity, perUserLimit, ...underWay(productId) } as const;
      const answered = history.recordAdmin(call);
      const heard = await ask(node, "PATCH", product, edit);
      const answers = { done: "changed", refused: "refused", unknown: "unknown" } as const;
      answered({ ...call, ...endOf(heard), answer: answers[heard.kind] });
      return heard;
    },
    async cancel(node, orderId) {
      history.recordCancel(orderId, false);
      const call = { kind: "cancel", orderId, ...underWay(productId) } as const;
      const answered = history.recordAdmin(call);
      const heard = await ask(node, "POST", `/admin/orders/${orderId}/cancel`, {});
      if (heard.kind === "done") history.recordCancel(orderId, true);
      const answers = { done: "cancelled", refused: "no-such-order", unknown: "unknown" } as const;
      answered({ ...call, ...endOf(heard), answer: answers[heard.kind] });
      return heard;
    },
    rebuild: (node) => ask(node, "POST", `${product}/rebuild`, {}),
    reconcile: (node, { fix = false } = {}) => ask(node, "POST", `${product}/reconcile`, { fix }),
  };
};

const underWay = (productId: string) =>
  ({ productId, askedAtMs: Date.now(), answeredAtMs: Number.POSITIVE_INFINITY, answer: "unknown" }) as const;

/** What nobody knows the end of may take effect at any later time. */
const endOf = ({ kind }: AdminHeard): { readonly answeredAtMs: number } => ({
  answeredAtMs: kind === "unknown" ? Number.POSITIVE_INFINITY : Date.now() + 1,
});
