import { table } from "../bench/markdown.js";
import { isSound, UNITS, type Rush } from "./rush.js";

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

const form = ({ processes }: Rush): string =>
  processes === 1 ? "1 API process" : `${String(processes)} API processes`;

const rows: readonly (readonly [string, (rush: Rush) => string])[] = [
  ["orders in PostgreSQL", ({ orders }) => String(orders.count)],
  [
    "units in them, buyers, last number",
    ({ orders }) => `${String(orders.units)}, ${String(orders.buyers)}, ${String(orders.lastNumber)}`,
  ],
  ["answers 201", ({ k6 }) => String(k6.sold)],
  ["purchases refused with 400 or 403", ({ k6 }) => String(k6.refused)],
  ["unexpected statuses", ({ k6 }) => percent(k6.unexpectedRate)],
  [
    "requests, all scenarios",
    ({ k6 }) => `${String(k6.requests)} (${k6.requestsPerSecond.toFixed(0)}/s over the whole run)`,
  ],
  ["checks passed, failed", ({ k6 }) => `${String(k6.checks.passed)}, ${String(k6.checks.failed)}`],
  ["`http_req_failed`", ({ k6 }) => percent(k6.failedRate)],
  ["`http_req_duration` median", ({ k6 }) => ms(k6.durationMs.median)],
  ["`http_req_duration` p95", ({ k6 }) => ms(k6.durationMs.p95)],
  ["`http_req_duration` p99", ({ k6 }) => ms(k6.durationMs.p99)],
  ["`http_req_duration` max", ({ k6 }) => ms(k6.durationMs.max)],
];

const thresholdRows = (rushes: readonly Rush[]): string[][] =>
  (rushes[0]?.k6.thresholds ?? []).map(({ metric, wants }) => [
    `\`${metric}\` ${wants}`,
    ...rushes.map(({ k6 }) =>
      k6.thresholds.find((it) => it.metric === metric && it.wants === wants)?.held ? "held" : "CROSSED",
    ),
  ]);

export const rushTables = (rushes: readonly Rush[]): string => {
  const head = ["", ...rushes.map(form)];
  const figures = table(
    head,
    rows.map(([name, value]) => [name, ...rushes.map(value)]),
  );
  const thresholds = table(["threshold", ...rushes.map(form)], thresholdRows(rushes));
  const verdict = rushes.every(isSound)
    ? `Sound: each of the ${String(UNITS)} units became one order, of a buyer of its own.`
    : `NOT SOUND: a threshold was crossed, or the ${String(UNITS)} units did not become one order each.`;
  return `${figures}\n\n${thresholds}\n\n${verdict}`;
};

/** The document docs/load-test.md. */
export const loadTestDocument = (rushes: readonly Rush[], hardware: string): string => `# The load test

\`load-test/flash-sale-k6.js\`: 10,000 users rush on ${String(UNITS)} units; every tenth of them clicks twice at once. Beside the purchases,
50 requests a second look at the sale and 50 at a user's own status. Run by hand against an API that is up:

\`\`\`sh
k6 run load-test/flash-sale-k6.js
BASE_URL=http://localhost:3000/api/v1.0 k6 run load-test/flash-sale-k6.js
\`\`\`

It finds the newest product by \`GET /sale/first\` and wants all its units still on sale. \`UNITS\` (200) must say how many, since
k6 fixes its thresholds before it sends a request; \`USERS\` (10,000) sets the crowd, \`BASE_URLS\` (a list with commas) spreads it over
several processes. The load itself is in \`options.scenarios\`. A default API allows each user 100 requests a minute, which suits
this script; start it with \`RATE_LIMIT_MAX=0\` for scenarios where one user asks more.

\`npm run k6\` does all of it: Redis and PostgreSQL of its own, migration, seed, \`--processes 1\` or \`2\`, k6, and a count of the orders
in PostgreSQL, which must be the 201s that k6 saw. With \`--write\` it runs both forms and writes this page.

## What was seen

${hardware}; k6, API, Redis and PostgreSQL share the machine.

${rushTables(rushes)}
`;
