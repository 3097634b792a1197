import { SingleBar } from "cli-progress";
import { countOf } from "./count.js";

export interface Progress {
  add(count: number): void;
  stop(): void;
}

interface Done {
  readonly value: number;
  /** Null: nobody knows it, and the count alone is shown. */
  readonly total: number | null;
  readonly elapsedMs: number;
}

/** What is over sooner needs no bar: it would only flash up. */
const SHOWN_AFTER_MS = 300;
const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;

/** "orders  ███░░░  1,000/2,000  500/s  2 s left": the rate is that of all the time so far. Never wider than `width`. */
export function progressLine(what: string, { value, total, elapsedMs }: Done, width: number): string {
  const rate = elapsedMs > 0 ? value / (elapsedMs / 1_000) : 0;
  const facts = [total === null ? countOf(value) : `${countOf(value)}/${countOf(total)}`];
  if (rate > 0) facts.push(`${countOf(rate < 10 ? rate : Math.round(rate))}/s`);
  if (rate > 0 && total !== null && value < total) facts.push(`${timeOf((total - value) / rate)} left`);
  const line = (bar: string): string => [what, bar, ...facts].filter((part) => part !== "").join("  ");
  const left = Math.min(WIDEST_BAR, width - line("").length - 3);
  if (total === null || left < NARROWEST_BAR) return line("").slice(0, width);
  const full = total > 0 ? Math.min(left, Math.floor((left * value) / total)) : 0;
  return line("█".repeat(full) + "░".repeat(left - full));
}

function timeOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** A line on the terminal of stderr that follows what is done, until `stop`, which wipes it out. */
export function startProgress(what: string, total: number | null): Progress {
  const startedMs = performance.now();
  let value = 0;
  let bar: SingleBar | null = null;
  const timer = setTimeout(() => {
    bar = new SingleBar({
      stream: process.stderr,
      format: (_options, { maxWidth }) =>
        progressLine(what, { value, total, elapsedMs: performance.now() - startedMs }, maxWidth),
      hideCursor: true,
      clearOnComplete: true,
    });
    bar.start(total ?? 0, 0);
  }, SHOWN_AFTER_MS);
  return {
    add: (count) => (value += count),
    stop() {
      clearTimeout(timer);
      bar?.stop();
      bar = null;
    },
  };
}
