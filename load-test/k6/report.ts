import { auditReport, isClean } from "../audit/audit.js";
import { table } from "../bench/markdown.js";
import { isSound, UNITS, type Rush } from "./rush.js";

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

const title = ({ form: { scenario, processes } }: Rush): string =>
  `${scenario}, ${processes === 1 ? "1 API process" : `${String(processes)} API processes`}`;

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
  ["audit of every answer against every order", ({ audit }) => (isClean(audit) ? "clean" : "VIOLATED")],
  ["checks passed, failed", ({ k6 }) => `${String(k6.checks.passed)}, ${String(k6.checks.failed)}`],
  ["`http_req_failed`", ({ k6 }) => percent(k6.failedRate)],
  ["`http_req_duration` median", ({ k6 }) => ms(k6.durationMs.median)],
  ["`http_req_duration` p95", ({ k6 }) => ms(k6.durationMs.p95)],
  ["`http_req_duration` p99", ({ k6 }) => ms(k6.durationMs.p99)],
  ["`http_req_duration` max", ({ k6 }) => ms(k6.durationMs.max)],
];

const thresholdRows = (rushes: readonly Rush[]): string[][] => {
  const all = rushes.flatMap(({ k6 }) => k6.thresholds.map(({ metric, wants }) => `\`${metric}\` ${wants}`));
  return [...new Set(all)].map((name) => [name, ...rushes.map((rush) => thresholdOf(rush, name))]);
};

/** Not every scenario has every threshold. */
const thresholdOf = ({ k6 }: Rush, name: string): string => {
  const found = k6.thresholds.find(({ metric, wants }) => `\`${metric}\` ${wants}` === name);
  return found === undefined ? "" : found.held ? "held" : "CROSSED";
};

export const rushTables = (rushes: readonly Rush[]): string => {
  const head = ["", ...rushes.map(title)];
  const figures = table(
    head,
    rows.map(([name, value]) => [name, ...rushes.map(value)]),
  );
  const thresholds = table(["threshold", ...rushes.map(title)], thresholdRows(rushes));
  const verdict = rushes.every(isSound)
    ? `Sound: each of the ${String(UNITS)} units became one order, of a buyer of its own, and every answer was true.`
    : `NOT SOUND: a threshold was crossed, an answer was not true, or the ${String(UNITS)} units did not become one order each.`;
  const audits = rushes.map((rush) => `${title(rush)}. ${auditReport(rush.audit)}`);
  return [figures, thresholds, ...audits, verdict].join("\n\n");
};

/** The document docs/load-test.md. */
export const loadTestDocument = (rushes: readonly Rush[], hardware: string): string => `# The load test

Two scripts for k6, each run by hand against an API that is up:

\`\`\`sh
k6 run load-test/flash-sale-k6.js
BASE_URL=http://localhost:3000/api/v1.0 k6 run load-test/flash-sale-k6.js
RATE=500 DURATION=60s k6 run load-test/spike-k6.js
\`\`\`

\`flash-sale-k6.js\` is the **rush**: 10,000 users rush on ${String(UNITS)} units; every tenth of them clicks twice at once. Beside the
purchases, 50 requests a second look at the sale and 50 at a user's own status. \`spike-k6.js\` is the **spike**: buyers come at a
fixed rate (\`RATE\`, 200 a second; \`DURATION\`, 15s), however long the API takes, so that a stall shows in the latencies; every
fifth of them asks again with the same idempotency key.

Both find the newest product by \`GET /sale/first\` and want all its units still on sale. \`UNITS\` (200) must say how many, since
k6 fixes its thresholds before it sends a request; \`USERS\` (10,000) sets the rush's crowd, \`BASE_URLS\` (a list with commas) spreads
it over several processes. The load itself is in \`options.scenarios\`. A default API allows each user 100 requests a minute, which
suits these scripts; start it with \`RATE_LIMIT_MAX=0\` for scenarios where one user asks more.

## The audit

With \`RECORD_ANSWERS=true\` each script notes every purchase before it is sent and when it is answered, and the audit then holds
what the buyers were told against what stands, over the admin API:

\`\`\`sh
RECORD_ANSWERS=true k6 run --log-format raw --console-output answers.ndjson load-test/flash-sale-k6.js
npm run audit -- --answers answers.ndjson --base-url http://localhost:3000/api/v1 --admin-key "$ADMIN_API_KEY"
\`\`\`

It waits until nothing is under way, reads all orders by the feed, asks for a reconciliation, and names each answer and each order
that does not fit. Exit codes: 0 all holds, 1 something does not, 2 wrong usage, 3 the API or a store cannot be reached.

\`npm run k6\` does all of it: Redis and PostgreSQL of its own, migration, seed, \`--processes 1\` or \`2\`, \`--scenario rush\` or
\`spike\`, k6, a count of the orders in PostgreSQL, which must be the 201s that k6 saw, and the audit. With \`--write\` it runs all
forms and writes this page.

## What was seen

${hardware}; k6, API, Redis and PostgreSQL share the machine.

${rushTables(rushes)}
`;
