import { table } from "./markdown.js";
import type { Spread } from "./statistics.js";
import type { LaneSummary, Ratios, Summary } from "./summary.js";

const range = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

const laneRow = ({ contestant, atOnce, purchasesPerSecond, cpu }: LaneSummary): string[] => [
  contestant,
  String(atOnce),
  range(purchasesPerSecond, 0),
  range(cpu.total, 0),
  ...[cpu.node, cpu.redis, cpu.postgres].map(({ median }) => median.toFixed(0)),
  contestant === "embedded" ? "" : cpu.client.median.toFixed(0),
];

export const laneTable = ({ lanes }: Summary): string =>
  table(
    ["", "at once", "purchases/s", "CPU µs a purchase", "node", "Redis", "PostgreSQL", "(client)"],
    lanes.map(laneRow),
  );

const ratioRow = (ratios: Ratios): string[] => [
  String(ratios.atOnce),
  range(ratios.productToNullCpu, 2),
  range(ratios.baselineToProductCpu, 2),
  range(ratios.productToBaselineThroughput, 2),
];

export const ratioTable = ({ ratios }: Summary): string =>
  table(
    ["at once", "CPU: product / null route", "CPU: baseline / product", "purchases/s: product / baseline"],
    ratios.map(ratioRow),
  );

export interface ReportFacts {
  readonly summary: Summary;
  readonly rounds: number;
  readonly hardware: string;
}

/** The document docs/performance.md. */
export const performanceDocument = ({ summary, rounds, hardware }: ReportFacts): string => `# Performance

Written by \`npm run bench\`. ${hardware}; Redis (\`appendonly everysec\`) and PostgreSQL (\`fsync\`, \`synchronous_commit\` and
\`full_page_writes\` on) on the same machine, on the loopback device. Medians of ${String(rounds)} rounds, in turns, with the smallest and the largest.

${ratioTable(summary)}

${laneTable(summary)}

- **null route**: Koa, its router, its body parser and a handler that answers at once. Nothing is sold.
- **baseline**: the flow step by step, a round trip each: lock, stock, prior purchase, \`DECRBY\`, \`BEGIN\`, \`INSERT\`, \`COMMIT\`,
  \`sold_quantity\`, unlock; ten connections to PostgreSQL.
- **product**: \`flash-sale serve\`, one process, as it comes.
- **embedded**: \`createFlashSale\` over the same stores, in process, without HTTP.

Every purchase counted here is durable: after each round the orders in PostgreSQL were counted and equal the 201s that the buyers
saw, and what goes on behind the purchases had come to rest. CPU is user and system time of each process with its children, over
the purchases of a round; the client's own is shown beside it, not added. Throughput depends on the machine, and here client,
API and stores share its cores. The ratios are taken within one turn and move little; compare those.

The loop is closed (each buyer waits for the answer before the next one buys), so it says nothing about latency.
`;
