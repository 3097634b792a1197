import type { Answer } from "../shared/api.js";
import type { AdminProduct } from "../shared/views.js";
import type { Page } from "./page.js";
import type { AdminCall } from "./session.js";

export interface SalesPages {
  /** All sales, the newest first. */
  read(signal: AbortSignal): Promise<Answer<readonly AdminProduct[]>>;
}

const A_PAGE = 200;
/** The API begins with the oldest sale: what is asked again are its last pages, where the newest are. */
const ASKED_AGAIN = 2;

export function createSalesPages(call: AdminCall): SalesPages {
  /** Each with the cursor that leads to it. */
  const pages: { readonly cursor: string | null; readonly items: readonly AdminProduct[] }[] = [];

  return {
    async read(signal) {
      const kept = Math.max(0, pages.length - ASKED_AGAIN);
      const fresh: typeof pages = [];
      for (let cursor = pages[kept]?.cursor ?? null; ;) {
        const query = new URLSearchParams({ limit: String(A_PAGE), ...(cursor !== null && { cursor }) });
        const answer = await call<Page<AdminProduct>>(`/admin/products?${query.toString()}`, { signal });
        if (!answer.ok) return answer;
        fresh.push({ cursor, items: answer.data.items });
        if (answer.data.nextCursor === null) break;
        cursor = answer.data.nextCursor;
      }
      pages.splice(kept, Number.POSITIVE_INFINITY, ...fresh);
      return { ok: true, status: 200, data: pages.flatMap(({ items }) => items).reverse() };
    },
  };
}
