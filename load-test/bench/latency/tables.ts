import type { Latencies } from "../load/open-loop.js";
import type { Table } from "../measurement.js";
import { range, short, spread } from "../statistics.js";
import { limitMs, ROUND_TRIP_MS, type Far } from "./far.js";
import { farRoundsAt, p99Ms, REFUSED_WITHIN_MS, roundsAt, type Measured } from "./measured.js";
import { MAX_CONNECTIONS, type OfferedRound } from "./offer.js";

/** Of several rounds: their medians, and the slowest of all. */
const latencies = (rounds: readonly OfferedRound[]): string[] => [
  short(spread(rounds.map(({ served }) => served.p50Ms)).median),
  range(p99Ms(rounds)),
  short(spread(rounds.map(({ served }) => served.p999Ms)).median),
  short(Math.max(...rounds.map(({ served }) => served.maxMs))),
];
const LATENCIES = ["p50 ms", "p99 ms", "p99.9 ms", "max ms"];

const refusals = (rounds: readonly OfferedRound[]): string[] => {
  const refused = rounds.flatMap((round) => (round.refused === null ? [] : [round.refused]));
  if (refused.length === 0) return ["-", "-"];
  const median = (of: (one: Latencies) => number): string => short(spread(refused.map(of)).median);
  const share = spread(rounds.map((round) => (round.refused?.answers ?? 0) / round.report.all.answers)).median;
  return [`${short(share * 100)} %`, `${median(({ p50Ms }) => p50Ms)}, ${median((one) => one.p99Ms)}`];
};

export const loadsTable = (measured: Measured): Table => ({
  title: "Latency by offered load",
  head: ["", "load", "offered/s", "201/s", ...LATENCIES, "429", "429: p50, p99 ms", "(late ms)", "(client)"],
  rows: measured.capacities.flatMap(({ name }) =>
    measured.loads.map((load) => {
      const rounds = roundsAt(measured, name, load);
      const median = (of: (round: OfferedRound) => number): string => short(spread(rounds.map(of)).median);
      return [
        name,
        `${String(load * 100)} %`,
        median(({ perSecond }) => perSecond),
        range(spread(rounds.map(({ goodput }) => goodput))),
        ...latencies(rounds),
        ...refusals(rounds),
        median(({ report }) => report.lateMs.p99),
        median(({ report }) => report.cpuMicros / 1e3 / report.all.lastMs),
      ];
    }),
  ),
  note: loadsNote(measured),
});

const loadsNote = ({ capacities }: Measured): string => {
  const found = capacities.map(({ name, capacity }) => `${name} ${range(capacity)}`).join(", ");
  return `- **load**: of what a closed loop of 64 connections got in the same run: ${found} a second.
- **201/s**: answered while requests still came; those that came later are not counted.
- Latency is of those answered 201, from the moment at which the request was meant to be sent. Requests come evenly spread, each of a new
  buyer, whatever becomes of the others; whoever finds no idle connection opens one, up to ${MAX_CONNECTIONS.toLocaleString("en-US")}, then waits, and the wait counts.
  Above 100 % nothing keeps up: what waits grows as long as the load is offered, and so does the latency of whoever sheds nothing.
- **429**: the share that was refused because too many purchases were under way. "At once" means that the p99 of these answers stays within ${String(REFUSED_WITHIN_MS)} ms.
- **late**: how late the generator itself was to take a request up, its p99; **client**: its CPU, of one core.`;
};

export const farTable = (far: Far): Table => ({
  title: "At half capacity, from further away",
  head: ["fsync", ...LATENCIES, "limit ms", "null route, p99 ms", "lone commit ms", "Redis, PostgreSQL ms", "(proxy)"],
  rows: far.distances.map(({ commitMs, loneCommitMs, redisMs, postgresMs }) => {
    const rounds = farRoundsAt(far, commitMs);
    return [
      `${String(commitMs)} ms`,
      ...latencies(rounds),
      String(limitMs(commitMs)),
      range(spread(rounds.map(({ nullRouteP99Ms }) => nullRouteP99Ms))),
      short(loneCommitMs),
      `${short(redisMs)}, ${short(postgresMs)}`,
      short(spread(rounds.map(({ proxyCores }) => proxyCores)).median),
    ];
  }),
  note: FAR_NOTE,
});

const FAR_NOTE = `- **fsync**: PostgreSQL's \`commit_delay\` with \`commit_siblings = 0\`: it sleeps so long before each write of its log, a lone commit's too,
  holding the lock on that write, and then syncs as always. **lone commit**: what that comes to with nobody else there, seen from beside the server.
- Both stores are ${String(ROUND_TRIP_MS)} ms away, there and back, behind a proxy in a process of its own (**proxy**: its CPU, of one core);
  **Redis, PostgreSQL**: an empty question through it, with nobody else there.
- The load is half of what the product did without any distance. The limit counts what was injected, not what it came to.
  **null route**: at the same rate right after each round. It asks no store, so all of its latency is the machine's and the generator's own;
  a purchase goes through ten processes' turns where this goes through two.`;
