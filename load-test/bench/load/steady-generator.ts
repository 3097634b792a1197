// Buys in a closed loop until the time is over: each connection sends its next purchase when the last one is answered. As much memory
// for an hour as for a second.
//   node steady-generator.js '{"port":3000,"productId":"…","connections":64,"prefix":"r1","seconds":3600,"file":null}'
import { createWriteStream } from "node:fs";
import { createConnections } from "./connections.js";
import { createLatencyCounts } from "./latencies.js";
import { purchaseText } from "./purchase-text.js";
import { decodeSteadyOrder, type SteadyReport, type SteadySecond } from "./steady.js";
import { statusOf } from "./whole-answer.js";

/** An API that answers at all has answered by then. */
const LAST_ANSWER_MS = 20_000;

const order = decodeSteadyOrder(process.argv[2] ?? "");
const [head, tail] = purchaseText(order.productId, `${order.prefix}-`);
const statuses: Record<string, number> = {};
const inAll = createLatencyCounts();
const inThisSecond = createLatencyCounts();
const sentAtMs = new Map<number, number>();
let sent = 0;
let isOver = false;
let allAnswered = (): void => undefined;
const ended = new Promise<void>((resolve) => (allAnswered = resolve));

const buyNext = (): void => {
  sentAtMs.set(sent, performance.now());
  connections.send(sent);
  sent += 1;
};

const connections = createConnections(order.port, order.connections, (request) => `${head}${String(request)}${tail}`, {
  answered(request, answer) {
    const tookMs = performance.now() - (sentAtMs.get(request) ?? Number.NaN);
    sentAtMs.delete(request);
    inAll.add(tookMs);
    inThisSecond.add(tookMs);
    const status = statusOf(answer);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (!isOver) buyNext();
    else if (sentAtMs.size === 0) allAnswered();
  },
  lost() {
    throw new Error("the server ended a connection before it had answered");
  },
});

await connections.open(order.connections);
const lines = order.file === null ? null : createWriteStream(order.file);
const everySecond = setInterval(() => {
  const second: SteadySecond = { atMs: Date.now(), latencies: inThisSecond.take() };
  lines?.write(`${JSON.stringify(second)}\n`);
}, 1_000);
const over = setTimeout(() => (isOver = true), order.seconds * 1_000);
const hung = setTimeout(
  () => {
    throw new Error("purchases are still without an answer long after the time was over");
  },
  order.seconds * 1_000 + LAST_ANSWER_MS,
);

const cpuBefore = process.cpuUsage();
const startedAtMs = Date.now();
for (let connection = 0; connection < order.connections; connection += 1) buyNext();
await ended;
const endedAtMs = Date.now();
const { user, system } = process.cpuUsage(cpuBefore);
for (const timer of [everySecond, over, hung]) clearTimeout(timer);
connections.endAll();
if (lines !== null) await new Promise((written) => lines.end(written));
const report: SteadyReport = { statuses, latencies: inAll.take(), startedAtMs, endedAtMs, cpuMicros: user + system };
process.stdout.write(`${JSON.stringify(report)}\n`);
