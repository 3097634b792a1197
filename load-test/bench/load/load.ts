import { generate } from "./generate.js";

export interface LoadOrder {
  readonly port: number;
  /** A purchase of the product by a buyer of a new name, or how its sale stands. */
  readonly ask: "purchase" | "status";
  readonly productId: string;
  /** Each buys once, and no other round has one of the same name. */
  readonly buyers: number;
  readonly connections: number;
  readonly prefix: string;
  /** Buyers of random ids of 36 characters, as accounts have them, instead of a prefix and a number: no two stand side by side in an index. */
  readonly randomIds?: boolean;
}

export interface LoadReport {
  /** Answers by HTTP status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** What the load generator itself cost. */
  readonly cpuMicros: number;
}

export const decodeOrder = (json: string): LoadOrder => {
  const order = JSON.parse(json) as Partial<LoadOrder>;
  const { port, ask, productId, buyers, connections, prefix, randomIds = false } = order;
  if (
    port === undefined ||
    ask === undefined ||
    productId === undefined ||
    buyers === undefined ||
    connections === undefined ||
    prefix === undefined
  )
    throw new Error(`not a load order: ${json}`);
  return { port, ask, productId, buyers, connections, prefix, randomIds };
};

export const decodeReport = (json: string): LoadReport => {
  const { statuses, seconds, cpuMicros } = JSON.parse(json) as Partial<LoadReport>;
  if (statuses === undefined || seconds === undefined || cpuMicros === undefined)
    throw new Error(`not a load report: ${json}`);
  return { statuses, seconds, cpuMicros };
};

/** A closed round takes seconds; one whose server has stopped answering would never end. */
const TIMEOUT_MS = 300_000;

/** Runs the load generator to its end. */
export const runLoad = async (order: LoadOrder): Promise<LoadReport> =>
  decodeReport(await generate("load-generator.js", order, TIMEOUT_MS));
