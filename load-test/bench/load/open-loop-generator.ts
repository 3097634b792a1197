// Asks over HTTP in an open loop: requests are sent when they are due, however long the others take. Latency counts from then,
// so that a stall is not hidden: it makes all late who came meanwhile.
//   node open-loop-generator.js '{"port":3000,"productId":"…","arrivals":5000,"perSecond":1000, …}'
import { createPreciseLoop, AT_ONCE_MS } from "../precise-loop.js";
import { createConnections } from "./connections.js";
import { decodeOpenLoopOrder, type OpenLoopReport } from "./open-loop.js";
import { createOutcomes } from "./outcomes.js";
import { purchaseText } from "./purchase-text.js";

/** Between the last connection and the first arrival. */
const LEAD_MS = 50;

const order = decodeOpenLoopOrder(process.argv[2] ?? "");
const { port, productId, arrivals, perSecond, maxConnections, prefix, patienceMs } = order;
const texts = [productId].flat().map((id) => purchaseText(id, `${prefix}-`));
const everyMs = 1_000 / perSecond;
const outcomes = createOutcomes(arrivals);
const lateMs = new Float64Array(arrivals);

let startMs = Infinity;
let arrived = 0;
/** The others wait for a connection, the first come the first served. */
let sent = 0;
let waited = 0;
const lost: string[] = [];
let end = (): void => undefined;
const ended = new Promise<void>((resolve) => (end = resolve));
const dueMs = (request: number): number => startMs + request * everyMs;
const endIfAllAreTold = (): void => {
  if (outcomes.count() + lost.length === arrivals) end();
};

const textOf = (request: number): string => texts[request % texts.length]?.join(String(request)) ?? "";

const connections = createConnections(port, maxConnections, textOf, {
  answered(request, answer) {
    outcomes.note(request, answer, performance.now() - dueMs(request));
    endIfAllAreTold();
    sendWaiting();
  },
  lost(_, why) {
    lost.push(why);
    endIfAllAreTold();
    sendWaiting();
  },
});

const sendWaiting = (): void => {
  while (sent < arrived && connections.send(sent)) sent += 1;
};

const loop = createPreciseLoop(() => {
  const nowMs = performance.now();
  while (arrived < arrivals && dueMs(arrived) <= nowMs + AT_ONCE_MS) {
    lateMs[arrived] = Math.max(0, nowMs - dueMs(arrived));
    arrived += 1;
    sendWaiting();
    if (sent < arrived) waited += 1;
  }
  return arrived === arrivals ? null : dueMs(arrived) - performance.now();
});

const startOf = (startAtMs: number | undefined): number => {
  if (startAtMs === undefined) return performance.now() + LEAD_MS;
  const leftMs = startAtMs - Date.now();
  if (leftMs < 0) throw new Error(`the crowd is ${String(-leftMs)} ms late: its connections took too long to open`);
  return performance.now() + leftMs;
};

await connections.open(order.connections);
// A crowd that waits for the sale to open asks for nothing before: there is time enough until then.
if (order.startAtMs === undefined) await connections.greet();
startMs = startOf(order.startAtMs);
const cpuBefore = process.cpuUsage();
const patience = setTimeout(end, startMs + arrivals * everyMs + patienceMs - performance.now());
loop.wake();
await ended;
clearTimeout(patience);
const { user, system } = process.cpuUsage(cpuBefore);
const most = connections.most();
connections.endAll();

lateMs.sort();
const late = (share: number): number => lateMs[Math.max(0, Math.ceil(share * arrivals) - 1)] ?? 0;
const report: OpenLoopReport = {
  ...outcomes.latencies(everyMs),
  unanswered: arrivals - outcomes.count(),
  lostFor: [...new Set(lost)].sort(),
  lateMs: { p50: late(0.5), p99: late(0.99), max: late(1) },
  waited,
  mostConnections: most,
  cpuMicros: user + system,
};
// Also where arrivals are left that nobody waits for any more.
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit());
