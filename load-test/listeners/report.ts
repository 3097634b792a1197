import { table } from "../bench/markdown.js";
import type { SellOut } from "./sell-out.js";

const END_WITHIN_MS = 1_000;
const EVENTS_A_SECOND = 4;

/** Every unit sold, the end seen by all in time, and nobody told more often than promised. */
export const isSound = ({ units, sold, listeners, endSeenMs, mostInOneSecond }: SellOut): boolean =>
  sold === units &&
  endSeenMs.length === listeners &&
  endSeenMs.every((ms) => ms <= END_WITHIN_MS) &&
  mostInOneSecond <= EVENTS_A_SECOND;

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const rows: readonly (readonly [string, (sellOut: SellOut) => string])[] = [
  ["units sold", ({ sold, units }) => `${String(sold)} of ${String(units)}`],
  ["seconds", ({ seconds }) => seconds.toFixed(1)],
  ["events sent, all listeners", ({ events }) => String(events)],
  ["most events one listener heard in a second", ({ mostInOneSecond }) => String(mostInOneSecond)],
  ["last unit sold to end seen: median", ({ endSeenMs }) => `${quantile(endSeenMs, 0.5).toFixed(0)} ms`],
  ["last unit sold to end seen: slowest", ({ endSeenMs }) => `${quantile(endSeenMs, 1).toFixed(0)} ms`],
  ["CPU of the API process", ({ cpuSeconds }) => `${cpuSeconds.toFixed(2)} s`],
  ["the same, of one core", ({ cpuSeconds, seconds }) => `${((cpuSeconds / seconds) * 100).toFixed(0)} %`],
];

const silent = new Set([
  "most events one listener heard in a second",
  "last unit sold to end seen: median",
  "last unit sold to end seen: slowest",
]);

export const listenersTable = (alone: SellOut, watched: SellOut): string => {
  const figures = rows.map(([name, value]) => [name, silent.has(name) ? "-" : value(alone), value(watched)]);
  const micros = ((watched.cpuSeconds - alone.cpuSeconds) / Math.max(1, watched.events)) * 1e6;
  const verdict = isSound(watched)
    ? `Sound: every listener saw the end within ${String(END_WITHIN_MS)} ms and heard ${String(EVENTS_A_SECOND)} events a second at most.`
    : "NOT SOUND: units were left, or a listener saw the end too late, or heard too much.";
  const head = ["", "nobody listens", `${String(watched.listeners)} listen`];
  return `${table(head, figures)}\n\nOne event to one listener costs ${micros.toFixed(1)} µs of CPU.\n\n${verdict}`;
};

/** The document docs/event-stream.md. */
export const listenersDocument = (
  alone: SellOut,
  watched: SellOut,
  hardware: string,
): string => `# The event stream under load

\`npm run listeners -- --write\`: Redis, PostgreSQL and one API process of its own; ${String(watched.listeners)} connections listen to
\`GET /sale/stream/:productId\` while ${String(watched.units)} buyers, at a steady rate, buy a unit each over HTTP. The same sale runs
once before without listeners. The listeners and the buyers are the process that measures; all of it shares the machine.

${hardware}.

${listenersTable(alone, watched)}
`;
