import type { Contestant } from "../contestants/contestant.js";
import { cpuMicros } from "../cpu.js";
import type { Stores } from "../stores.js";
import { awake } from "./awake.js";

/** One contestant with so many buyers at once. */
export interface Lane {
  readonly contestant: Contestant;
  readonly atOnce: number;
  readonly buyers: number;
}

export interface Round {
  readonly contestant: string;
  readonly atOnce: number;
  /** What was bought. */
  readonly productId: string;
  readonly perSecond: number;
  /** CPU time of a request in µs, by process. */
  readonly cpu: { readonly node: number; readonly redis: number; readonly postgres: number; readonly client: number };
}

let salesOpened = 0;

/** Sends all requests for a new product, and counts what stands. Throws where an answer or a count is off. */
export const runRound = ({ contestant, atOnce, buyers }: Lane, stores: Stores): Promise<Round> =>
  awake(contestant, async () => {
    const productId = await contestant.open(buyers);
    const pids = { node: contestant.pid, redis: stores.redis.pid, postgres: stores.postgres.pid };
    const read = () => ({
      node: cpuMicros(pids.node),
      redis: cpuMicros(pids.redis),
      postgres: cpuMicros(pids.postgres),
    });

    const before = read();
    salesOpened += 1;
    const report = await contestant.drive({ productId, buyers, atOnce, prefix: `b${String(salesOpened)}` });
    const orders = await contestant.countOrders(productId);
    const after = read();

    const sold = report.statuses[contestant.answers] ?? 0;
    if (sold !== buyers)
      throw new Error(
        `${contestant.name}: ${String(buyers)} buyers, and these answers: ${JSON.stringify(report.statuses)}`,
      );
    if (orders !== null && orders !== sold)
      throw new Error(`${contestant.name}: ${String(sold)} answers, but ${String(orders)} orders`);
    const each = (name: keyof typeof before): number => (after[name] - before[name]) / sold;
    return {
      contestant: contestant.name,
      atOnce,
      productId,
      perSecond: sold / report.seconds,
      cpu: { node: each("node"), redis: each("redis"), postgres: each("postgres"), client: report.cpuMicros / sold },
    };
  });

const line = (round: Round): string => {
  const { node, redis, postgres, client } = round.cpu;
  const [n, r, p, c] = [node, redis, postgres, client].map((value) => value.toFixed(0));
  const perSecond = round.perSecond.toFixed(0);
  return `${round.contestant}, ${String(round.atOnce)} at once: ${perSecond}/s; µs each: node ${n}, redis ${r}, postgres ${p}, client ${c}`;
};

/** All lanes in turns, A B C A B C, after one round each that is not counted: code is compiled, pages are touched. */
export const runInTurns = async (
  lanes: readonly Lane[],
  rounds: number,
  stores: Stores,
  say: (line: string) => void,
): Promise<Round[]> => {
  const measured: Round[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const lane of lanes) {
      const result = await runRound(lane, stores);
      if (round > 0) measured.push(result);
      say(`${round === 0 ? "warm-up" : `round ${String(round)}/${String(rounds)}`}  ${line(result)}`);
    }
  }
  return measured;
};
