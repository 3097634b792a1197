/** What doctor says of one setting. */
export interface Finding {
  readonly store: "Redis" | "PostgreSQL" | "settings";
  readonly check: string;
  /** A problem loses data, or stops the sale; a warning may cost time, or needs somebody's judgement. */
  readonly level: "ok" | "warning" | "problem";
  readonly found: string;
  /** How to mend it; null where there is nothing to mend. */
  readonly mend: string | null;
}

/** Says what is found of one store, with what to do where it is not as it should be. */
export function findingsOf(store: Finding["store"]) {
  return (check: string, found: string, worse: Worse = null): Finding => ({
    ...{ store, check, found },
    level: worse?.[0] ?? "ok",
    mend: worse?.[1] ?? null,
  });
}

/** Null: it is as it should be. */
type Worse = readonly ["warning" | "problem", string] | null;

const MEGABYTE = 1_048_576;

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / MEGABYTE)} MB`;
}

/** "7.0.15, 6.0": a cluster's nodes may have several. */
export function oldest(versions: string): number {
  return Math.min(...versions.split(",").map((version) => Number.parseFloat(version)));
}

const SKEW_MS = 1_000;

export function clockFinding(store: Finding["store"], skewMs: number | null): Finding {
  const finding = findingsOf(store);
  if (skewMs === null) return finding("clock", "it does not tell the time");
  const found = `${Math.abs(skewMs)} ms ${skewMs < 0 ? "behind" : "ahead of"} this host`;
  const mend =
    "Run a time service (chrony, systemd-timesyncd) on both hosts: sales open and close by the hot store's clock.";
  return finding("clock", found, Math.abs(skewMs) > SKEW_MS ? ["warning", mend] : null);
}
