import { noteServerTime } from "./server-clock.js";

/** What came of a call. A failed one says so by its value: nothing is thrown. */
export type Answer<T> = { readonly ok: true; readonly status: number; readonly data: T } | Refused;

export interface Refused {
  readonly ok: false;
  /** 0 where no answer of the API came. */
  readonly status: number;
  /** A code of the API, or UNREACHABLE. */
  readonly code: string;
  /** A sentence for people. */
  readonly error: string;
  readonly details?: Record<string, unknown>;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | null;
}

export interface Call {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly cache?: RequestCache;
}

/** The script lies in `assets/`, so this is where the app is mounted, also where that is no root. */
const APP = new URL("../", import.meta.url);
/** Longer than the server takes for any answer. */
const LIMIT_MS = 15_000;
/** The header `Date` has no parts of a second, and Node may write it a little late. */
const DATE_HEADER_MS = 1_100;

/** The address of something below the app's own: `/api/docs`, `/health`. */
export function appUrl(path: string): string {
  return new URL(path.replace(/^\//, ""), APP).href;
}

/** Asks a route below the base, such as `/sale/first`. Whatever is no answer of the API, a gateway's page among it, is UNREACHABLE. */
export async function callApi<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const { method = "GET", body, headers = {}, signal, cache = "no-store" } = call;
  const limit = new AbortController();
  const end = (): void => limit.abort();
  const timer = setTimeout(end, LIMIT_MS);
  signal?.addEventListener("abort", end);
  const sentAtMs = Date.now();
  try {
    const response = await fetch(appUrl(`/api/v1${path}`), {
      ...{ method, cache, signal: limit.signal },
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    noteDate(response, sentAtMs);
    return answerOf<T>(response, await response.json());
  } catch {
    return unreachable();
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

/** Asks the server for its time: the nearer, the better it is known. Where `/health` is kept from the public, the header `Date` has to do. */
export async function readServerClock(): Promise<void> {
  const sentAtMs = Date.now();
  try {
    const response = await fetch(appUrl("/health"), { cache: "no-store" });
    const { timestamp } = (await response.json()) as { timestamp?: unknown };
    if (typeof timestamp === "string") noteServerTime(Date.parse(timestamp), { sentAtMs, resolutionMs: 1 });
  } catch {
    // The next one may be heard.
  }
}

function noteDate({ headers }: Response, sentAtMs: number): void {
  // What a cache in between kept tells its own time.
  if (headers.has("age")) return;
  noteServerTime(Date.parse(headers.get("date") ?? ""), { sentAtMs, resolutionMs: DATE_HEADER_MS });
}

function answerOf<T>({ status, headers }: Response, envelope: unknown): Answer<T> {
  if (typeof envelope !== "object" || envelope === null) return unreachable();
  const { success, data, code, error, details } = envelope as Record<string, unknown>;
  if (success === true) return { ok: true, status, data: data as T };
  if (success !== false || typeof code !== "string") return unreachable();
  const retryAfterMs = waitOf(headers.get("retry-after"));
  return {
    ...{ ok: false, status, code, retryAfterMs, error: typeof error === "string" ? error : code },
    ...(typeof details === "object" && details !== null && { details: details as Record<string, unknown> }),
  };
}

function unreachable(): Refused {
  return { ok: false, status: 0, code: "UNREACHABLE", error: "The shop cannot be reached.", retryAfterMs: null };
}

/** Seconds, as the API says it, or a date, as something in between may. */
function waitOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
