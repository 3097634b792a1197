import type { Chart } from "../line-chart.js";
import type { Findings, Table } from "../measurement.js";
import { range, short, spread, type Spread } from "../statistics.js";
import type { CrewRound } from "./crew.js";

/** The target's crowd; and so many that each of eight processes has as many buyers as one had alone. */
const CROWD = 64;
const LARGE_CROWD = 512;
export const CROWDS = [CROWD, LARGE_CROWD] as const;
export const PROCESSES = [1, 2, 4, 8] as const;

export interface Turn extends CrewRound {
  /** What every commit was made to take more. */
  readonly latencyMs: number;
  readonly loneCommitMs: number;
}

/** All rounds of one kind, in their order. */
type Lane = Pick<Turn, "processes" | "latencyMs" | "atOnce">;

const laneOf = (turns: readonly Turn[], { processes, latencyMs, atOnce }: Lane): readonly Turn[] =>
  turns.filter((turn) => turn.processes === processes && turn.latencyMs === latencyMs && turn.atOnce === atOnce);

type Figure = "perSecond" | "rowsPerCommit" | "ledgerWaitMs" | "loneCommitMs";

const of = (turns: readonly Turn[], lane: Lane, figure: Figure): Spread =>
  spread(laneOf(turns, lane).map((turn) => turn[figure]));

/** Purchases a second of two, four, eight processes beside half as many, round by round. */
const stepsOf = (turns: readonly Turn[], latencyMs: number, atOnce: number): Record<string, Spread> =>
  Object.fromEntries(
    PROCESSES.slice(1).map((processes) => {
      const fewer = laneOf(turns, { processes: processes / 2, latencyMs, atOnce });
      const ratios = laneOf(turns, { processes, latencyMs, atOnce }).map(
        (turn, round) => turn.perSecond / (fewer[round] ?? turn).perSecond,
      );
      return [`${String(processes)} processes / ${String(processes / 2)}`, spread(ratios)];
    }),
  );

const said = (steps: Record<string, Spread>): string =>
  Object.entries(steps)
    .map(([name, step]) => `${name} ${range(step)} ×`)
    .join(", ");

const latenciesOf = (turns: readonly Turn[]): number[] => [...new Set(turns.map(({ latencyMs }) => latencyMs))];

export const processesFindings = (turns: readonly Turn[]): Findings => {
  const slowestMs = Math.max(...latenciesOf(turns));
  const steps = stepsOf(turns, 0, CROWD);
  const ofEight = (figure: Figure, latencyMs: number, atOnce: number): string =>
    short(of(turns, { processes: 8, latencyMs, atOnce }, figure).median);
  const waits = (atOnce: number): string =>
    `${ofEight("ledgerWaitMs", 0, atOnce)} ms, with commits ${String(slowestMs)} ms slower ${ofEight("ledgerWaitMs", slowestMs, atOnce)} ms ` +
    `at ${ofEight("rowsPerCommit", slowestMs, atOnce)} rows a commit`;
  const figures = [0, slowestMs].flatMap((latencyMs) =>
    CROWDS.flatMap((atOnce) =>
      Object.entries(stepsOf(turns, latencyMs, atOnce)).map(([name, step]) => [
        `a second, ${String(atOnce)} at once, commits ${String(latencyMs)} ms slower: ${name}`,
        step,
      ]),
    ),
  );
  return {
    targets: [
      {
        work: "1, 2, 4, 8 API processes",
        target:
          "no fall in purchases a second; how the ledger row's wait grows with commit latency, what group commit does to it",
        measured:
          `64 at once: ${said(steps)}; 512 at once: ${said(stepsOf(turns, 0, LARGE_CROWD))}. ` +
          `A commit of 8 processes waits for the ledger row, 64 at once: ${waits(CROWD)}; 512 at once: ${waits(LARGE_CROWD)}`,
        met: Object.values(steps).every(({ median }) => median >= 0.9),
      },
    ],
    tables: [tableOf(turns)],
    charts: chartsOf(turns),
    figures: Object.fromEntries(figures) as Record<string, Spread>,
  };
};

const tableOf = (turns: readonly Turn[]): Table => {
  const lanes = CROWDS.flatMap((atOnce) =>
    latenciesOf(turns).flatMap((latencyMs) => PROCESSES.map((processes) => ({ atOnce, latencyMs, processes }))),
  );
  const rows = lanes.map((lane) => {
    const cpu = (process: keyof Turn["cpu"]): string =>
      spread(laneOf(turns, lane).map((turn) => turn.cpu[process])).median.toFixed(0);
    return [
      String(lane.atOnce),
      `${String(lane.latencyMs)} ms`,
      short(of(turns, lane, "loneCommitMs").median),
      String(lane.processes),
      range(of(turns, lane, "perSecond")),
      range(of(turns, lane, "rowsPerCommit")),
      range(of(turns, lane, "ledgerWaitMs")),
      cpu("node"),
      cpu("redis"),
      cpu("postgres"),
    ];
  });
  const head = ["at once", "commits slower by", "a lone one, ms", "processes"];
  return {
    title: "Processes and commit latency",
    head: [
      ...head,
      "a second",
      "rows a commit",
      "wait for the ledger row, ms",
      "CPU µs each: node",
      "Redis",
      "PostgreSQL",
    ],
    rows,
    note: NOTE,
  };
};

const chartsOf = (turns: readonly Turn[]): Chart[] => {
  const chart = (figure: Figure, atOnce: number): Pick<Chart, "x" | "series"> => ({
    x: "a commit takes so many ms more",
    series: PROCESSES.map((processes) => ({
      name: processes === 1 ? "1 process" : `${String(processes)} processes`,
      points: latenciesOf(turns).map((latencyMs) => [
        latencyMs,
        of(turns, { processes, latencyMs, atOnce }, figure).median,
      ]),
    })),
  });
  return [
    ...CROWDS.map((atOnce) => ({
      name: `performance-processes-${String(atOnce)}`,
      title: `Purchases a second of one product, ${String(atOnce)} buyers at once`,
      y: "purchases a second",
      ...chart("perSecond", atOnce),
    })),
    {
      name: "performance-ledger-wait",
      title: `What a commit waits for the ledger row, ${String(CROWD)} buyers at once`,
      y: "ms a commit",
      ...chart("ledgerWaitMs", CROWD),
    },
  ];
};

const NOTE = `All buyers want one product, so every commit of every process needs its ledger row. A process has one batch of a product in flight and
gathers the next one meanwhile: alone it never waits for the row. With more processes the batches of the others stand before it, and the same
buyers at once are spread over more and smaller batches.

A commit is made slower by PostgreSQL's own \`commit_delay\`, with \`commit_siblings\` 0: it sleeps before it syncs, under the lock under which it
syncs, as a slower disk would have it; **a lone one** is what a commit that nobody else delays took then. **Rows a commit**: orders by the
transactions that wrote them. **Wait for the ledger row**: how many commits stood waiting, looked at every 20 ms, over the commits a second.`;
