import { generate } from "./generate.js";
import type { Latencies } from "./latencies.js";
import { decodeMessage } from "./message.js";

/** Purchases in a closed loop for so long, each by a buyer of a new name. */
export interface SteadyOrder {
  readonly port: number;
  readonly productId: string;
  readonly connections: number;
  /** Of the buyers' names: no other load has the same. */
  readonly prefix: string;
  readonly seconds: number;
  /** Where a line a second goes, see `SteadySecond`; null: nowhere. */
  readonly file: string | null;
}

export interface SteadyReport {
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencies: Latencies;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** What the load generator itself cost. */
  readonly cpuMicros: number;
}

/** What was answered in one second. */
export interface SteadySecond {
  /** When it ended. */
  readonly atMs: number;
  readonly latencies: Latencies;
}

export const decodeSteadyOrder = (json: string): SteadyOrder =>
  decodeMessage<SteadyOrder>("a steady load's order", json, [
    "port",
    "productId",
    "connections",
    "prefix",
    "seconds",
    "file",
  ]);

export const decodeSteadySecond = (json: string): SteadySecond =>
  decodeMessage<SteadySecond>("a second of a steady load", json, ["atMs", "latencies"]);

/** Node's start, and the last answers. */
const BESIDES_MS = 60_000;

export const runSteady = async (order: SteadyOrder): Promise<SteadyReport> => {
  const printed = await generate("steady-generator.js", order, order.seconds * 1_000 + BESIDES_MS);
  return decodeMessage<SteadyReport>("a steady load's report", printed, [
    "statuses",
    "latencies",
    "startedAtMs",
    "endedAtMs",
    "cpuMicros",
  ]);
};
