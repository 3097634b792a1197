/**
 * Latencies counted by buckets, each 2 % wider than the one before: as much memory for an hour as for a second. Bucket, count,
 * bucket, count …, without the empty ones.
 */
export type Latencies = readonly number[];

const SHORTEST_MS = 0.01;
const WIDER = Math.log(1.02);
/** The last begins above a minute. */
const BUCKETS = 800;

export interface LatencyCounts {
  add(ms: number): void;
  /** What was counted since the last call. */
  take(): Latencies;
}

export const createLatencyCounts = (): LatencyCounts => {
  const counts = new Uint32Array(BUCKETS);
  return {
    add(ms) {
      const bucket = ms <= SHORTEST_MS ? 0 : Math.ceil(Math.log(ms / SHORTEST_MS) / WIDER);
      const at = Math.min(bucket, BUCKETS - 1);
      counts[at] = (counts[at] ?? 0) + 1;
    },
    take() {
      const taken: number[] = [];
      for (const [bucket, count] of counts.entries()) if (count > 0) taken.push(bucket, count);
      counts.fill(0);
      return taken;
    },
  };
};

/** By bucket, the shortest first. */
const merged = (all: readonly Latencies[]): [bucket: number, count: number][] => {
  const counts = new Map<number, number>();
  for (const latencies of all) {
    for (let at = 0; at < latencies.length; at += 2) {
      const [bucket = 0, count = 0] = [latencies[at], latencies[at + 1]];
      counts.set(bucket, (counts.get(bucket) ?? 0) + count);
    }
  }
  return [...counts].sort(([a], [b]) => a - b);
};

/** The latency in ms that a share of all these together does not exceed, 2 % too long at most: 0.5, 0.999, 1. NaN of none. */
export const latencyQuantile = (all: readonly Latencies[], share: number): number => {
  const buckets = merged(all);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.ceil(share * total);
  for (const [bucket, count] of buckets) {
    left -= count;
    if (left <= 0) return SHORTEST_MS * Math.exp(bucket * WIDER);
  }
  return Number.NaN;
};
