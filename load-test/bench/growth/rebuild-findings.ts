import type { Findings } from "../measurement.js";
import { quantile, range, short, spread } from "../statistics.js";
import type { Load, Rebuilds } from "./rebuilds.js";
import type { SlowCommand } from "./redis-watch.js";

const AGAIN_WITHIN_MS = 1_000;
const LOADED_WITHIN_S = 90;
const BYTES_A_BUYER = 140;

const waitsMs = ({ answers }: Load): number[] => answers.map(({ dueMs, answeredMs }) => answeredMs - dueMs);
const longest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

export const rebuildFindings = (rebuilds: Rebuilds, orders: string): Findings => {
  const { againMs, flushMs, commandGapMs, loads, slow, scripts: all } = rebuilds;
  const again = spread(againMs);
  const loaded = spread(loads.map(({ seconds }) => seconds));
  const bytes = spread(loads.flatMap(({ bytesABuyer }) => bytesABuyer ?? []));
  const scripts = slow.filter(({ isScript }) => isScript);
  const forks = loads.flatMap(({ forksMs }) => forksMs);
  const work = `rebuild with ${orders} orders`;
  return {
    targets: [
      {
        work: `one product, ${orders} buyers so far`,
        target: `Redis ≤ ${String(BYTES_A_BUYER)} bytes a buyer with 36-character ids`,
        measured: `${range(bytes)} bytes`,
        met: bytes.max <= BYTES_A_BUYER,
      },
      {
        work,
        target: "on sale again ≤ 1 s",
        measured: `${range(again)} ms after the loss; by the command ${short(commandGapMs)} ms without a sale`,
        met: again.max <= AGAIN_WITHIN_MS && commandGapMs <= AGAIN_WITHIN_MS,
      },
      {
        work,
        target: "all buyers loaded ≤ 90 s",
        measured: `${range(loaded)} s`,
        met: loaded.max <= LOADED_WITHIN_S,
      },
      {
        work,
        target: "no script above 5 ms (SLOWLOG); stalls by fork reported",
        measured: `${slowest(scripts, all)}; ${String(forks.length)} forks, of ${short(longest(forks))} ms at most`,
        met: scripts.length === 0,
      },
    ],
    tables: [lossesTable(againMs, flushMs), loadsTable(loads), slowTable(slow)],
    charts: [
      {
        name: "rebuild-answers",
        title: "The longest answer of each second while all buyers are loaded",
        x: "seconds since the loss",
        y: "ms, from when the buyer was to ask",
        logarithmic: true,
        series: loads.map((load) => ({ name: load.after, points: longestBySecond(load) })),
      },
    ],
    figures: {
      [`ms until on sale again, ${orders} orders`]: again,
      [`s until all buyers are loaded, ${orders} orders`]: loaded,
      [`Redis bytes a buyer, ${orders} buyers`]: bytes,
    },
  };
};

const slowest = (scripts: readonly SlowCommand[], all: number): string => {
  const of = `${scripts.length === 0 ? "none" : String(scripts.length)} of ${all.toLocaleString("en-US")} scripts`;
  return scripts.length === 0 ? of : `${of}, ${short(longest(scripts.map(({ ms }) => ms)))} ms at most`;
};

const lossesTable = (againMs: readonly number[], flushMs: readonly number[]): Findings["tables"][number] => ({
  title: "On sale again after a loss",
  head: ["loss", "Redis empties itself, ms", "then on sale again, ms"],
  rows: againMs.map((ms, loss) => [String(loss + 1), short(flushMs[loss] ?? 0), short(ms)]),
  note: "A loss is `FLUSHALL`. What Redis takes to let go of its memory is its own; what counts is the time from its answer to the first 201 for a buyer who asked later.",
});

const loadsTable = (loads: readonly Load[]): Findings["tables"][number] => ({
  title: "All buyers loaded, while a hundred others a second buy",
  head: [
    "after",
    "buyers",
    "s",
    "buyers a second",
    "bytes a buyer",
    "forks",
    "longest fork ms",
    "Redis ran s",
    "waited for a processor s",
    "answer p99 ms",
    "longest",
  ],
  rows: loads.map(loadRow),
  note: LOAD_NOTE,
});

const loadRow = (load: Load): string[] => [
  load.after,
  load.buyers.toLocaleString("en-US"),
  short(load.seconds),
  (load.buyers / load.seconds).toFixed(0),
  load.bytesABuyer === null ? "" : short(load.bytesABuyer),
  String(load.forksMs.length),
  load.forksMs.length === 0 ? "" : short(longest(load.forksMs)),
  short(load.processor.ranMs / 1000),
  short(load.processor.waitedMs / 1000),
  short(quantile(waitsMs(load), 0.99)),
  short(longest(waitsMs(load))),
];

const LOAD_NOTE = `Time runs from the loss, or from the start of the command. Redis writes its file anew by itself whenever it has doubled, and once at our
wish half way. Bytes a buyer: what \`used_memory\` grew by, the rewrite over, for each buyer; after the command the old life's memory
goes meanwhile, so it says nothing there.`;

const slowTable = (slow: readonly SlowCommand[]): Findings["tables"][number] => {
  const names = [...new Set(slow.map(({ name }) => name))];
  const timesMs = (wanted: string): number[] => slow.flatMap(({ name, ms }) => (name === wanted ? [ms] : []));
  return {
    title: "Commands of Redis above 5 ms, in all that time",
    head: ["command", "times", "longest ms"],
    note: SLOW_NOTE,
    rows: names.map((name) => [name, String(timesMs(name).length), short(longest(timesMs(name)))]),
  };
};

const SLOW_NOTE = `What a script runs is noted beside the script itself. SLOWLOG counts by the clock on the wall: also what Redis waited in the middle of a
command, while API, PostgreSQL and buyers had the processors.`;

const longestBySecond = ({ answers, beganMs }: Load): [number, number][] => {
  const worst = new Map<number, number>();
  for (const { dueMs, answeredMs } of answers) {
    const second = Math.floor((dueMs - beganMs) / 1000);
    worst.set(second, Math.max(worst.get(second) ?? 0, answeredMs - dueMs));
  }
  return [...worst].sort(([a], [b]) => a - b);
};
