import { ADMIN_KEY, request, type Answer } from "./api.js";

export interface Page {
  readonly items: readonly { readonly id: string; readonly orderId: string; readonly number: number }[];
  readonly nextCursor: string | null;
}

/** Calls below /api/v1/admin, with the admin's key. */
export interface AdminCalls {
  get(path: string): Promise<Answer>;
  page(path: string): Promise<Page>;
  /** Every item of a list, page by page. */
  all(path: string): Promise<Page["items"]>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
}

export function adminOf(url: string, key = ADMIN_KEY): AdminCalls {
  const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(`${url}/api/v1/admin${path}`, {
      method,
      headers: { "x-admin-key": key, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const page = async (path: string): Promise<Page> => {
    const { status, body } = await call("GET", path);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body.data as unknown as Page;
  };
  return {
    page,
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    patch: (path, body) => call("PATCH", path, body),
    async all(path) {
      const items: Page["items"][number][] = [];
      const join = path.includes("?") ? "&" : "?";
      for (let cursor: string | null = ""; cursor !== null;) {
        const found: Page = await page(cursor === "" ? path : `${path}${join}cursor=${cursor}`);
        items.push(...found.items);
        cursor = found.nextCursor;
      }
      return items;
    },
  };
}
