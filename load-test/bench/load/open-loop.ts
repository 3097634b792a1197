import { generate } from "./generate.js";
import { decodeMessage } from "./message.js";

export interface OpenLoopOrder {
  readonly port: number;
  /** Of several, one after the other and round again. */
  readonly productId: string | readonly string[];
  /** Arrivals, each a new buyer, evenly spread: nobody waits for anybody else's answer. */
  readonly arrivals: number;
  readonly perSecond: number;
  /** Connections that stand before the first arrival: the server has answered on each, unless it is told when the first one arrives. */
  readonly connections: number;
  /** Whoever finds none idle opens one more, up to so many; then they wait, and the wait counts. */
  readonly maxConnections: number;
  readonly prefix: string;
  /** When the first one arrives, by the clock of `Date.now`; without it, as soon as the connections stand. */
  readonly startAtMs?: number;
  /** So long after the last arrival answers are waited for. */
  readonly patienceMs: number;
}

/** From the moment at which a request was meant to be sent, until its answer was there. */
export interface Latencies {
  readonly answers: number;
  /** Those among them that came while requests still arrived. */
  readonly inTime: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  /** When the last of them came, after the first arrival. */
  readonly lastMs: number;
}

export interface OpenLoopReport {
  readonly all: Latencies;
  /** By status, and for a refusal its code: "201", "429 OVERLOADED". */
  readonly byOutcome: Readonly<Record<string, Latencies>>;
  /** Not answered in time, or their connection ended first. */
  readonly unanswered: number;
  /** Why connections ended with a request on its way. */
  readonly lostFor: readonly string[];
  /** How late the generator itself was to take up an arrival, before any wait for a connection. */
  readonly lateMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Arrivals that found no connection and might not open one. */
  readonly waited: number;
  readonly mostConnections: number;
  /** What the load generator itself cost. */
  readonly cpuMicros: number;
}

export const decodeOpenLoopOrder = (json: string): OpenLoopOrder =>
  decodeMessage<OpenLoopOrder>("an order for an open loop", json, [
    ...(["port", "productId", "arrivals", "perSecond", "connections"] as const),
    ...(["maxConnections", "prefix", "patienceMs"] as const),
  ]);

const decodeReport = (json: string): OpenLoopReport =>
  decodeMessage<OpenLoopReport>("a report of an open loop", json, [
    ...(["all", "byOutcome", "unanswered", "lostFor", "lateMs"] as const),
    ...(["waited", "mostConnections", "cpuMicros"] as const),
  ]);

/** To open the connections, and to start. */
const BESIDES_MS = 30_000;

export const runOpenLoop = async (order: OpenLoopOrder): Promise<OpenLoopReport> => {
  const arriveMs = (order.arrivals / order.perSecond) * 1_000;
  const waitMs = Math.max(0, (order.startAtMs ?? 0) - Date.now());
  const timeoutMs = waitMs + arriveMs + order.patienceMs + BESIDES_MS;
  return decodeReport(await generate("open-loop-generator.js", order, timeoutMs));
};
