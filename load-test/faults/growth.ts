import { readFileSync } from "node:fs";
import type pg from "pg";

/** What must not grow over a long run. */
export interface Growth {
  /** MB an hour, by least squares over the samples after the warm-up; null where there were too few, or no /proc to read. */
  slopes(): Readonly<Record<string, number | null>>;
  stop(): void;
}

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

const EVERY_MS = 2_000;
const FEWEST = 10;
const HOUR_MS = 3_600_000;
const MB = 1_048_576;

/** Of other processes Linux tells it here. */
const residentBytes = (pid: number): number | null => {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
};

export const watchGrowth = (pids: Readonly<Record<string, () => number>>, warmUpMs: number): Growth => {
  const beganAtMs = Date.now();
  const samples = new Map<string, Sample[]>(Object.keys(pids).map((name) => [name, []]));
  const timer = setInterval(() => {
    if (Date.now() - beganAtMs < warmUpMs) return;
    for (const [name, pid] of Object.entries(pids)) {
      const bytes = residentBytes(pid());
      if (bytes !== null) samples.get(name)?.push({ atMs: Date.now(), bytes });
    }
  }, EVERY_MS);
  return {
    slopes: () => Object.fromEntries([...samples].map(([name, list]) => [name, slopeOf(list)])),
    stop: () => clearInterval(timer),
  };
};

const slopeOf = (samples: readonly Sample[]): number | null => {
  if (samples.length < FEWEST) return null;
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const meanMs = mean(({ atMs }) => atMs);
  const meanBytes = mean(({ bytes }) => bytes);
  const covariance = mean(({ atMs, bytes }) => (atMs - meanMs) * (bytes - meanBytes));
  const slope = covariance / mean(({ atMs }) => (atMs - meanMs) ** 2);
  return Math.round((slope * HOUR_MS) / MB);
};

export interface Multixacts {
  /** Used up so far, of 4 billion. */
  readonly age: number;
  readonly memberBytes: number;
}

/** Row locks that are shared make them; the protocol takes none. */
export const readMultixacts = async (pool: pg.Pool): Promise<Multixacts> => {
  const { rows } = await pool.query<{ age: number; bytes: number }>(
    `select mxid_age(datminmxid) as age,
       (select coalesce(sum((pg_stat_file('pg_multixact/members/' || file)).size), 0)::integer
        from pg_ls_dir('pg_multixact/members') file) as bytes
     from pg_database where datname = current_database()`,
  );
  return { age: rows[0]?.age ?? 0, memberBytes: rows[0]?.bytes ?? 0 };
};
