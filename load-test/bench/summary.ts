import type { ContestantName } from "./contestant.js";
import type { Round } from "./rounds.js";
import { spread, type Spread } from "./statistics.js";

/** What all rounds of one lane say. CPU in µs a purchase. */
export interface LaneSummary {
  readonly contestant: ContestantName;
  readonly atOnce: number;
  readonly purchasesPerSecond: Spread;
  readonly cpu: Readonly<Record<"node" | "redis" | "postgres" | "client" | "total", Spread>>;
}

/** Medians of what the rounds of one turn say of each other: they were measured in the same minute. */
export interface Ratios {
  readonly atOnce: number;
  readonly productToNullCpu: Spread;
  readonly baselineToProductCpu: Spread;
  readonly productToBaselineThroughput: Spread;
  readonly productToNullThroughput: Spread;
}

export interface Summary {
  readonly lanes: readonly LaneSummary[];
  readonly ratios: readonly Ratios[];
}

const totalCpu = ({ cpu }: Round): number => cpu.node + cpu.redis + cpu.postgres;

const summarizeLane = (rounds: readonly Round[], { contestant, atOnce }: Round): LaneSummary => {
  const of = (value: (round: Round) => number): Spread => spread(rounds.map(value));
  return {
    contestant,
    atOnce,
    purchasesPerSecond: of((round) => round.purchasesPerSecond),
    cpu: {
      node: of(({ cpu }) => cpu.node),
      redis: of(({ cpu }) => cpu.redis),
      postgres: of(({ cpu }) => cpu.postgres),
      client: of(({ cpu }) => cpu.client),
      total: of(totalCpu),
    },
  };
};

export const summarize = (rounds: readonly Round[]): Summary => {
  const lanes = new Map<string, Round[]>();
  for (const round of rounds) {
    const lane = `${round.contestant} ${String(round.atOnce)}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), round]);
  }
  const ratios = [...new Set(rounds.map(({ atOnce }) => atOnce))].flatMap((atOnce) => {
    const of = (name: ContestantName): Round[] =>
      rounds.filter((round) => round.contestant === name && round.atOnce === atOnce);
    const [nulls, baselines, products] = [of("null route"), of("baseline"), of("product")];
    if (products.length === 0 || nulls.length === 0 || baselines.length === 0) return [];
    const ratio = (above: Round[], below: Round[], value: (round: Round) => number): Spread =>
      spread(above.map((round, turn) => value(round) / value(below[turn] ?? round)));
    const throughput = (round: Round): number => round.purchasesPerSecond;
    return {
      atOnce,
      productToNullCpu: ratio(products, nulls, totalCpu),
      baselineToProductCpu: ratio(baselines, products, totalCpu),
      productToBaselineThroughput: ratio(products, baselines, throughput),
      productToNullThroughput: ratio(products, nulls, throughput),
    };
  });
  return { lanes: [...lanes.values()].flatMap((of) => (of[0] ? [summarizeLane(of, of[0])] : [])), ratios };
};
