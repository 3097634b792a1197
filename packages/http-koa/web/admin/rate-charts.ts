import { createChart, type Chart } from "./chart.js";
import type { ChartLine, ChartPoint } from "./chart-lines.js";
import { followRates } from "./metrics-feed.js";
import type { PurchaseRates } from "./purchase-rates.js";
import { createRecent, type Moment } from "./recent.js";
import { refusalPlace, refusalWord } from "./refusal-words.js";
import type { Session } from "./session.js";

export interface RateCharts {
  readonly nodes: readonly HTMLElement[];
  close(): void;
}

interface RatesThen extends Moment {
  /** Null: not known. */
  readonly rates: PurchaseRates | null;
}

const OF_ALL = "All sales of this installation";
const PURCHASES: ChartLine = { label: "Purchases", style: 0 };
const P50: ChartLine = { label: "Half within (p50)", style: 0 };
const P99: ChartLine = { label: "99 % within (p99)", style: 1 };

const figures = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const aSecond = (value: number): string => figures.format(value);
const time = (seconds: number): string =>
  seconds < 1 ? `${figures.format(seconds * 1_000)} ms` : `${figures.format(seconds)} s`;

/** How purchases go. The server counts them and their times for all sales together. */
export function createRateCharts(session: Session): RateCharts {
  const recent = createRecent<RatesThen>();
  const purchases = createChart({ title: "Purchases a second", scope: OF_ALL, format: aSecond });
  const refusals = createChart({
    title: "Refusals a second, by reason",
    scope: OF_ALL,
    nothing: "Nobody was refused in the last two minutes.",
    format: aSecond,
  });
  const latency = createChart({ title: "Time to an answer", scope: "Purchases of all sales", format: time });
  const charts: readonly Chart[] = [purchases, refusals, latency];

  const end = followRates(session, (rates) => {
    recent.add({ atMs: Date.now(), rates });
    purchases.draw(recent.all.map(purchasePoint), [PURCHASES]);
    latency.draw(recent.all.map(latencyPoint), [P50, P99]);
    const reasons = reasonsIn(recent.all);
    refusals.draw(
      recent.all.map((then) => refusalPoint(then, reasons)),
      reasons.map((reason) => ({ label: refusalWord(reason), style: refusalPlace(reason) })),
    );
  });

  return {
    nodes: charts.map(({ node }) => node),
    close() {
      end();
      for (const chart of charts) chart.close();
    },
  };
}

function purchasePoint({ atMs, rates }: RatesThen): ChartPoint {
  return { atMs, values: new Map([[PURCHASES.label, rates?.purchasesASecond ?? null]]) };
}

function latencyPoint({ atMs, rates }: RatesThen): ChartPoint {
  const values = new Map([
    [P50.label, rates?.p50 ?? null],
    [P99.label, rates?.p99 ?? null],
  ]);
  return { atMs, values };
}

function refusalPoint({ atMs, rates }: RatesThen, reasons: readonly string[]): ChartPoint {
  const valueOf = (reason: string): number | null => rates && (rates.refusalsASecond.get(reason) ?? 0);
  return { atMs, values: new Map(reasons.map((reason) => [refusalWord(reason), valueOf(reason)])) };
}

/** Those that occurred: the server goes on naming yesterday's. */
function reasonsIn(moments: readonly RatesThen[]): string[] {
  const reasons = moments.flatMap(({ rates }) =>
    [...(rates?.refusalsASecond ?? [])].filter(([, value]) => value > 0).map(([reason]) => reason),
  );
  return [...new Set(reasons)].sort((a, b) => refusalPlace(a) - refusalPlace(b));
}
