import { rankCorrelation } from "../crowd/rank-correlation.js";
import { ARRIVALS, CONNECTIONS, rush, UNITS, type Rush } from "../crowd/rush.js";
import type { Findings, Measurement, Settings, Table } from "../measurement.js";
import { range, short, spread, type Spread } from "../statistics.js";

const RUSHES = 5;

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  const rushes: Rush[] = [];
  const wanted = quick ? 1 : RUSHES;
  while (rushes.length < wanted) {
    const one = await rush();
    rushes.push(one);
    say(`rush ${String(rushes.length)}/${String(wanted)}  ${line(one)}`);
  }
  const of = (value: (one: Rush) => number): Spread => spread(rushes.map(value));
  const figures = {
    "sold out after, ms": of(({ soldOutMs }) => soldOutMs),
    "p99.9, ms": of(({ report }) => report.all.p999Ms),
    "all answered after, ms": of(({ report }) => report.all.lastMs),
    "rank correlation": of(correlation),
    "units to as many first arrivals": of(firstServed),
  };
  const faults = rushes.reduce((sum, one) => sum + one.faults, 0);
  const most = Math.max(...rushes.map(({ report }) => report.all.maxMs));
  const seconds = (ms: Spread): string => range({ median: ms.median / 1e3, min: ms.min / 1e3, max: ms.max / 1e3 });
  return {
    targets: [
      {
        work: `the first second: ${thousands(ARRIVALS)} arrivals for ${thousands(UNITS)} units at t = 0, cold processes`,
        target: "time to sell out; p99.9 and max; no 5xx; who got units against arrival order",
        measured:
          `sold out after ${seconds(figures["sold out after, ms"])} s; p99.9 ${seconds(figures["p99.9, ms"])} s, max ${short(most / 1e3)} s; ` +
          `${String(faults)} × 5xx; ${percent(figures["units to as many first arrivals"])} of the units to the first ${thousands(UNITS)}, ` +
          `rank correlation ${range(figures["rank correlation"])}`,
        met: faults === 0,
      },
    ],
    tables: [rushesTable(rushes)],
    figures,
  };
};

const thousands = (value: number): string => value.toLocaleString("en-US");
const percent = ({ median, min, max }: Spread): string =>
  `${range({ median: median * 100, min: min * 100, max: max * 100 })} %`;

const correlation = ({ winners }: Rush): number =>
  rankCorrelation(winners.map(({ arrival, number }) => [arrival, number]));

/** The share of the units that went to those who came first, as many as there were units. */
const firstServed = ({ winners }: Rush): number =>
  winners.filter(({ arrival }) => arrival < UNITS).length / winners.length;

const line = (one: Rush): string => {
  const { report, soldOutMs, faults } = one;
  const { p50Ms, p999Ms, maxMs, lastMs } = report.all;
  return (
    `sold out after ${soldOutMs.toFixed(0)} ms, all answered after ${lastMs.toFixed(0)} ms; ` +
    `p50/99.9/max ${p50Ms.toFixed(0)}/${p999Ms.toFixed(0)}/${maxMs.toFixed(0)} ms; ${String(faults)} × 5xx; ` +
    `rank correlation ${correlation(one).toFixed(3)}, first served ${firstServed(one).toFixed(3)}`
  );
};

const ROWS: readonly (readonly [string, (one: Rush) => number])[] = [
  ["last unit answered, ms after the start", ({ soldOutMs }) => soldOutMs],
  ["last of the crowd answered, ms after the start", ({ report }) => report.all.lastMs],
  ["all: p50, ms", ({ report }) => report.all.p50Ms],
  ["all: p99.9, ms", ({ report }) => report.all.p999Ms],
  ["all: max, ms", ({ report }) => report.all.maxMs],
  ["bought: p50, ms", ({ report }) => report.byOutcome["201"]?.p50Ms ?? 0],
  ["bought: max, ms", ({ report }) => report.byOutcome["201"]?.maxMs ?? 0],
  ["answers of 500 and above", ({ faults }) => faults],
  ["share of the units that went to the first arrivals, as many as there are units", firstServed],
  ["the last arrival that got a unit", ({ winners }) => Math.max(...winners.map(({ arrival }) => arrival + 1))],
  ["Spearman's rank correlation of arrival and order number", correlation],
  ["(generator late: p99, ms)", ({ report }) => report.lateMs.p99],
  ["(generator's CPU, of a core)", ({ report }) => report.cpuMicros / 1e3 / report.all.lastMs],
];

const rushesTable = (rushes: readonly Rush[]): Table => ({
  title: `${thousands(ARRIVALS)} arrivals, ${thousands(UNITS)} units`,
  head: ["", `${String(rushes.length)} crowds`],
  rows: ROWS.map(([name, value]) => [name, range(spread(rushes.map(value)))]),
  note: NOTE,
});

const NOTE = `Redis, PostgreSQL and the API are new for each crowd and have served nobody; the product was made by the CLI, and no request names it before
the sale opens. The crowd arrives evenly over one second, over ${thousands(CONNECTIONS)} connections that stand by then; whoever finds all of them
busy waits for one, in the order of arrival, and the wait counts as latency. That is more than two cores can answer in a second, and the generator
takes its share of them: so the latency of the crowd as a whole is mostly the time it takes to serve it.`;

export const firstSecond: Measurement = {
  name: "first-second",
  about: "The first second of a sale: a crowd at once, and who gets a unit",
  minutes: 3,
  measure,
};
