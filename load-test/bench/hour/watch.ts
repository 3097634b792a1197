import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { metric, readMetrics } from "../load/api-metrics.js";
import { lookAtPostgres, type PostgresLook } from "./postgres-looks.js";
import { lookAtRewrites } from "./rewrites.js";

const LOOK_EVERY_MS = 1_000;
/** A scrape shows the event loop's delays since the one before. */
const SCRAPE_EVERY_MS = 10_000;

export interface Watched {
  readonly api: { readonly pid: number; readonly port: number };
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly rewriteEveryMs: number;
}

/** What one second showed. */
export interface Look extends PostgresLook {
  readonly atMs: number;
  /** Resident memory of the API process. */
  readonly rssMb: number;
  readonly isRewriting: boolean;
}

/** What the API told of itself. */
export interface Scrape {
  readonly atMs: number;
  readonly heapMb: number;
  readonly loopP99Ms: number;
  readonly purchases: number;
}

export interface Seen {
  readonly looks: readonly Look[];
  readonly scrapes: readonly Scrape[];
  readonly rewritesAsked: number;
  readonly vacuumed: readonly (readonly [table: string, vacuums: number, analyzes: number])[];
}

const rssMb = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`no resident memory of process ${String(pid)}`);
  return Number(kilobytes) / 1_024;
};

const scrape = async (port: number): Promise<Scrape> => {
  const metrics = await readMetrics(port);
  return {
    atMs: Date.now(),
    heapMb: metric(metrics, "nodejs_heap_size_used_bytes") / 2 ** 20,
    loopP99Ms: metric(metrics, "nodejs_eventloop_lag_p99_seconds") * 1_000,
    purchases: metrics.get('flash_sale_purchases_total{outcome="purchased"}') ?? 0,
  };
};

/** How it goes, by the last two scrapes. */
const line = (scrapes: readonly Scrape[], { rssMb }: Look): string => {
  const [before, now] = scrapes.slice(-2);
  if (before === undefined || now === undefined) return "";
  const perSecond = ((now.purchases - before.purchases) / (now.atMs - before.atMs)) * 1_000;
  return `${perSecond.toFixed(0)} purchases a second, API ${rssMb.toFixed(0)} MB, event loop p99 ${now.loopP99Ms.toFixed(0)} ms`;
};

/** Looks at API and stores every second until it is over. */
export const watch = async (
  { api, redisUrl, databaseUrl, rewriteEveryMs }: Watched,
  isOver: () => boolean,
  say: (line: string) => void,
): Promise<Seen> => {
  await using postgres = await lookAtPostgres(databaseUrl);
  using rewrites = lookAtRewrites(redisUrl, rewriteEveryMs);
  const looks: Look[] = [];
  const scrapes: Scrape[] = [await scrape(api.port)];
  const startedAtMs = Date.now();
  let said = 0;

  for (let dueAtMs = startedAtMs; !isOver(); dueAtMs = Math.max(dueAtMs + LOOK_EVERY_MS, Date.now())) {
    await sleep(Math.max(0, dueAtMs - Date.now()));
    const [ofPostgres, isRewriting] = await Promise.all([postgres.look(), rewrites.look()]);
    const look = { ...ofPostgres, atMs: Date.now(), rssMb: rssMb(api.pid), isRewriting };
    looks.push(look);
    if (look.atMs - (scrapes.at(-1)?.atMs ?? 0) < SCRAPE_EVERY_MS) continue;
    scrapes.push(await scrape(api.port));
    const minute = Math.floor((look.atMs - startedAtMs) / 60_000);
    if (minute > said) say(`minute ${String(minute)}: ${line(scrapes, look)}`);
    said = minute;
  }
  return { looks, scrapes, rewritesAsked: rewrites.asked, vacuumed: await postgres.vacuumed() };
};
