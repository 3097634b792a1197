import type { Findings, Table } from "../measurement.js";
import { range, spread, type Spread } from "../statistics.js";
import type { Turn } from "./cold-buyers.js";

const besideOf = (turns: readonly Turn[], name: string | null): readonly Turn[] =>
  turns.filter(({ beside }) => beside === name);

/** The p99 of the cold products, each turn beside the one of the same round. */
const ratioOf = (turns: readonly Turn[], above: string, below: string | null): Spread => {
  const others = besideOf(turns, below);
  return spread(
    besideOf(turns, above).map(({ cold }, round) => cold.all.p99Ms / (others[round]?.cold.all.p99Ms ?? Number.NaN)),
  );
};

export const productsFindings = (turns: readonly Turn[]): Findings => {
  const plain = ratioOf(turns, "the hot product", null);
  const nullRoute = ratioOf(turns, "null route", null);
  const other = ratioOf(turns, "another shop", null);
  return {
    targets: [
      {
        work: "1,000 products at once, one of them hot",
        target: "the cold ones' p99 ≤ 1.5 × alone",
        measured:
          `${range(plain)} ×; what the machine's cores cost: beside a busy null route ${range(nullRoute)} ×, ` +
          `beside another shop as hot ${range(other)} ×`,
        met: plain.median <= 1.5,
      },
    ],
    tables: [tableOf(turns)],
    figures: {
      "cold p99: beside the hot product / alone": plain,
      "cold p99: beside a null route / alone": nullRoute,
      "cold p99: beside another shop / alone": other,
      "cold p99: beside the hot product / beside another shop": ratioOf(turns, "the hot product", "another shop"),
    },
  };
};

const tableOf = (turns: readonly Turn[]): Table => {
  const rows = [...new Set(turns.map(({ beside }) => beside))].map((name) => {
    const own = besideOf(turns, name);
    const of = (value: (turn: Turn) => number): string => range(spread(own.map(value)));
    return [
      name ?? "nothing",
      of(({ cold }) => cold.all.p50Ms),
      of(({ cold }) => cold.all.p99Ms),
      of(({ cold }) => cold.all.maxMs),
      of(({ cold }) => cold.lateMs.p99),
      name === null ? "-" : of(({ hotPerSecond }) => hotPerSecond),
      of(({ cores }) => cores),
    ];
  });
  const head = ["beside the cold products", "p50 ms", "p99 ms", "max ms", "sent late, p99 ms", "hot a second", "cores"];
  return { title: "Cold products beside a hot one", head, rows, note: NOTE };
};

const NOTE = `999 products are bought 200 times a second in all, at a fixed rate, one product after the other; latency counts from when a purchase was
due. Beside them, in turns: nothing; a product of the same shop under a closed loop of 64 connections; the same load on the null route, a
process that shares nothing but the machine; and the same load on another shop with a Redis and a PostgreSQL of its own. The last two tell
what the machine's cores cost from what sharing a process and its stores costs. **Sent late** is what the cold buyers' own process waited
for a core before it could send, **cores** what all of it took.`;
