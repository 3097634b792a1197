/** Observations up to a bound: buckets are cumulative, and the last one's bound is infinite. */
export interface Bucket {
  readonly upTo: number;
  readonly count: number;
}

/**
 * As Prometheus' `histogram_quantile`: observations are taken to lie evenly within their bucket, the first of which begins at 0; what
 * lies in the last one is told as the greatest finite bound. Null where nothing was observed.
 */
export function histogramQuantile(quantile: number, buckets: readonly Bucket[]): number | null {
  const sorted = [...buckets].sort((a, b) => a.upTo - b.upTo);
  const last = sorted.at(-1);
  if (last === undefined || last.upTo !== Number.POSITIVE_INFINITY || sorted.length < 2 || last.count <= 0) return null;
  const rank = quantile * last.count;
  const index = sorted.findIndex(({ count }) => count >= rank);
  const found = sorted[index];
  const below = sorted[index - 1] ?? { upTo: 0, count: 0 };
  if (found === undefined || found.upTo === Number.POSITIVE_INFINITY) return below.upTo;
  return below.upTo + (found.upTo - below.upTo) * ((rank - below.count) / (found.count - below.count));
}
