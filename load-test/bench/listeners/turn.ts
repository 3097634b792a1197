import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../faults/wait.js";
import type { Product } from "../contestants/product.js";
import { cpuMicros } from "../cpu.js";
import { soldOf } from "../load/answers.js";
import { metric, readMetrics } from "../load/api-metrics.js";
import { startListening, type ListeningReport } from "../load/listening.js";
import type { SteadyReport } from "../load/steady.js";

export const LISTENERS = 10_000;
const CONNECTIONS = 64;
const UNITS = 10_000_000;
/** The first event has come to all, and the last reader is heard. */
const SETTLES_MS = 1_000;
/** Besides the sale: the streams are opened, and what is left is read. */
const BESIDES_S = 180;

export const WAYS = ["nobody listens", "10,000 listen", "10,000 listen, read later"] as const;
export type Way = (typeof WAYS)[number];

export interface Turn {
  readonly way: Way;
  readonly sold: number;
  readonly seconds: number;
  readonly sale: SteadyReport;
  /** CPU time of the API process. */
  readonly apiMicros: number;
  readonly listening: ListeningReport | null;
}

let turns = 0;

/** A sale of so many seconds, to which somebody may listen. */
export const runTurn = async (product: Product, way: Way, seconds: number): Promise<Turn> => {
  turns += 1;
  const { port } = product;
  const productId = await product.selling.open(UNITS);
  await until("those who listened before are gone", async () => {
    return metric(await readMetrics(port), "flash_sale_stream_listeners") === 0;
  });
  const order = { port, productId, listeners: LISTENERS, longestSeconds: seconds + BESIDES_S };
  await using listening =
    way === "nobody listens" ? null : await startListening({ ...order, readsAtOnce: way === "10,000 listen" });
  await sleep(SETTLES_MS);
  const cpuBefore = cpuMicros(product.pid);
  const prefix = `b${String(turns)}`;
  const sale = await product.selling.buySteadily({ productId, connections: CONNECTIONS, prefix, seconds, file: null });
  const apiMicros = cpuMicros(product.pid) - cpuBefore;
  const sold = soldOf(way, sale.statuses);
  await sleep(SETTLES_MS);
  const heard = (await listening?.stop()) ?? null;
  // More than the one with which a stream begins.
  if (heard !== null && heard.fewest < 2)
    throw new Error(`a listener heard nothing of a sale of ${String(sold)} units`);
  const orders = await product.selling.countOrders(productId);
  if (orders !== sold) throw new Error(`${way}: ${String(sold)} answers 201, but ${String(orders)} orders`);
  return { way, sold, seconds: (sale.endedAtMs - sale.startedAtMs) / 1_000, sale, apiMicros, listening: heard };
};
