import type { Answer } from "../shared/api.js";
import type { Purchase } from "../shared/views.js";
import { csvLine, CSV_HEAD } from "./orders-csv.js";
import type { Page } from "./page.js";
import { orderQuery, type OrderSearch } from "./routes.js";
import type { AdminCall } from "./session.js";

/** The most that the API gives at once. */
const A_PAGE = 1_000;
const TRIES = 5;
const WAIT_MS = 1_000;

export type CsvOutcome =
  | { readonly kind: "whole"; readonly file: Blob }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly error: string };

/** Gathers all orders of a search, page by page. Each page becomes a Blob, which the browser may keep outside of its memory. */
export async function ordersCsv(
  call: AdminCall,
  search: OrderSearch,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (orders: number) => void },
): Promise<CsvOutcome> {
  const parts = [new Blob([CSV_HEAD])];
  let orders = 0;
  for (let cursor: string | null = null; ;) {
    const query = orderQuery(search);
    query.set("limit", String(A_PAGE));
    if (cursor !== null) query.set("cursor", cursor);
    const answer = await patiently(() => call<Page<Purchase>>(`/admin/orders?${query.toString()}`, { signal }), signal);
    if (signal.aborted) return { kind: "stopped" };
    if (!answer.ok) return { kind: "failed", error: answer.error };
    const { items, nextCursor } = answer.data;
    parts.push(new Blob([items.map(csvLine).join("")]));
    orders += items.length;
    onProgress(orders);
    if (nextCursor === null) return { kind: "whole", file: new Blob(parts, { type: "text/csv;charset=utf-8" }) };
    cursor = nextCursor;
  }
}

/** A page that does not come is asked for again: after a million orders nobody wants to begin anew. */
async function patiently<T>(ask: () => Promise<Answer<T>>, signal: AbortSignal): Promise<Answer<T>> {
  for (let tried = 1; ; tried += 1) {
    const answer = await ask();
    const mayPass = !answer.ok && (answer.status === 0 || answer.status === 429 || answer.status === 503);
    if (!mayPass || tried === TRIES || signal.aborted) return answer;
    await pause(answer.retryAfterMs ?? WAIT_MS * tried, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
