import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuditedOrder, AuditedProduct } from "./admin-api.js";

export const KEY = "a-key";

/** What the stub answers with; a test changes it to what must not be. */
export interface Stand {
  product: AuditedProduct;
  orders: AuditedOrder[];
  drift: object[];
  /** Answers to everything, where it is set. */
  refusal?: { status: number; error: string };
}

export interface StubApi extends AsyncDisposable {
  readonly baseUrl: string;
  /** Calls to reconcile so far. */
  reconciled(): number;
}

/** The admin routes that the audit reads, over a stand that need not be sound: pages of two orders. */
export const startStubApi = async (productId: string, stand: Stand): Promise<StubApi> => {
  let reconciled = 0;
  const answerTo = (method: string, url: URL): object | null => {
    const path = url.pathname.replace("/api/v1/admin", "");
    if (method === "GET" && path === `/products/${productId}`) return stand.product;
    if (method === "POST" && path === `/products/${productId}/reconcile`) {
      reconciled += 1;
      return { productId, drift: stand.drift, fixed: false };
    }
    if (method !== "GET" || path !== "/orders" || url.searchParams.get("productId") !== productId) return null;
    const after = Number(url.searchParams.get("after"));
    return { items: stand.orders.filter(({ number }) => number > after).slice(0, 2), nextCursor: null };
  };
  const server = createServer((request, response) => {
    const data = answerTo(request.method ?? "", new URL(request.url ?? "", "http://stub"));
    const allowed = request.headers["x-admin-key"] === KEY;
    const { status, error } = stand.refusal ?? {
      status: allowed ? (data === null ? 404 : 200) : 403,
      error: allowed ? "There is no such product." : "This is no admin.",
    };
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? { success: true, data } : { success: false, error, code: "X" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/api/v1`,
    reconciled: () => reconciled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
