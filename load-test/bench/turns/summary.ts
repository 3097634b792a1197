import type { Table } from "../measurement.js";
import { range, spread, type Spread } from "../statistics.js";
import type { Round } from "./rounds.js";

export const totalCpu = ({ cpu }: Round): number => cpu.node + cpu.redis + cpu.postgres;
export const perSecond = (round: Round): number => round.perSecond;

/** The rounds of one lane, in their order. */
export const laneOf = (rounds: readonly Round[], contestant: string, atOnce: number): readonly Round[] =>
  rounds.filter((round) => round.contestant === contestant && round.atOnce === atOnce);

/** What the rounds of one turn say of each other: they were measured in the same minute. */
export const ratio = (above: readonly Round[], below: readonly Round[], value: (round: Round) => number): Spread =>
  spread(
    above.map((round, turn) => {
      const beside = below[turn];
      if (beside === undefined) throw new Error(`${round.contestant} has more rounds than what it is held against`);
      return value(round) / value(beside);
    }),
  );

/** A row a lane: requests a second, and CPU time by process. */
export const lanesTable = (title: string, rounds: readonly Round[], note?: string): Table => {
  const lanes = new Map<string, Round[]>();
  for (const round of rounds) {
    const lane = `${round.contestant} ${String(round.atOnce)}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), round]);
  }
  const rows = [...lanes.values()].map((lane) => {
    const of = (value: (round: Round) => number): Spread => spread(lane.map(value));
    const median = (process: keyof Round["cpu"]): string => of(({ cpu }) => cpu[process]).median.toFixed(0);
    return [
      lane[0]?.contestant ?? "",
      String(lane[0]?.atOnce),
      range(of(perSecond)),
      range(of(totalCpu)),
      median("node"),
      median("redis"),
      median("postgres"),
      median("client"),
    ];
  });
  const head = ["", "at once", "a second", "CPU µs each", "node", "Redis", "PostgreSQL", "(client)"];
  return { title, head, rows, ...(note === undefined ? {} : { note }) };
};
