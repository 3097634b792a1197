/** What this run's report needs of k6's own summary (`--summary-export`). */
export interface K6Summary {
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Of all requests: neither 200, 201, 400 nor 403. */
  readonly failedRate: number;
  readonly unexpectedRate: number;
  readonly durationMs: { readonly median: number; readonly p95: number; readonly p99: number; readonly max: number };
  readonly purchases: number;
  readonly sold: number;
  readonly refused: number;
  readonly checks: { readonly passed: number; readonly failed: number };
  readonly thresholds: readonly { readonly metric: string; readonly wants: string; readonly held: boolean }[];
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const part = (of: Json, name: string): Json => {
  const value = of[name];
  if (!isObject(value)) throw new Error(`k6's summary has no ${name}`);
  return value;
};

const figure = (of: Json, name: string): number => {
  const value = of[name];
  if (typeof value !== "number") throw new Error(`k6's summary has no figure ${name}`);
  return value;
};

export const decodeSummary = (json: string): K6Summary => {
  const document: unknown = JSON.parse(json);
  if (!isObject(document)) throw new Error("k6's summary is no object");
  const metrics = part(document, "metrics");
  const metric = (name: string): Json => part(metrics, name);
  const duration = metric("http_req_duration");
  const sold = figure(metric("purchases_sold"), "count");
  const refused = figure(metric("purchases_refused"), "count");
  // In this format a threshold's value says whether it was crossed.
  const thresholds = Object.entries(metrics).flatMap(([name, value]) => {
    const wanted = isObject(value) && isObject(value.thresholds) ? Object.entries(value.thresholds) : [];
    return wanted.map(([wants, crossed]) => ({ metric: name, wants, held: crossed === false }));
  });
  return {
    requests: figure(metric("http_reqs"), "count"),
    requestsPerSecond: figure(metric("http_reqs"), "rate"),
    failedRate: figure(metric("http_req_failed"), "value"),
    unexpectedRate: figure(metric("unexpected_statuses"), "value"),
    durationMs: {
      median: figure(duration, "med"),
      p95: figure(duration, "p(95)"),
      p99: figure(duration, "p(99)"),
      max: figure(duration, "max"),
    },
    purchases: sold + refused,
    sold,
    refused,
    checks: { passed: figure(metric("checks"), "passes"), failed: figure(metric("checks"), "fails") },
    thresholds,
  };
};
