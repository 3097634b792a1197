import { fileURLToPath } from "node:url";
import { until } from "../../faults/wait.js";
import { startNode } from "../../servers/node-process.js";
import { decodeMessage } from "./message.js";
import { checkOpenFiles } from "./open-files.js";

/** Event streams of one product. */
export interface ListeningOrder {
  readonly port: number;
  readonly productId: string;
  readonly listeners: number;
  /** False: what comes stays in the kernel's buffers until the end, and reading it costs nobody a core meanwhile. */
  readonly readsAtOnce: boolean;
  /** By then it must have been stopped. */
  readonly longestSeconds: number;
}

export interface ListeningReport {
  /** Events that all listeners heard, and the fewest and the most that one of them did. */
  readonly events: number;
  readonly fewest: number;
  readonly most: number;
  /** What the listeners themselves cost, from when all streams were open. */
  readonly cpuMicros: number;
}

export interface Listening extends AsyncDisposable {
  /** Reads what there is, and ends all streams. */
  stop(): Promise<ListeningReport>;
}

export const READY = "all streams are open";
/** Each is a connection and a look at the sale. */
const OPEN_WITHIN_MS = 120_000;

export const decodeListeningOrder = (json: string): ListeningOrder =>
  decodeMessage<ListeningOrder>("an order to listen", json, [
    "port",
    "productId",
    "listeners",
    "readsAtOnce",
    "longestSeconds",
  ]);

/** Resolves when all streams are open. */
export const startListening = async (order: ListeningOrder): Promise<Listening> => {
  checkOpenFiles(order.listeners);
  const script = fileURLToPath(new URL("./listening-generator.js", import.meta.url));
  const listeners = await startNode({ script, args: [JSON.stringify(order)] });
  const fail = (): never => {
    throw new Error(`the listeners failed:\n${listeners.output().slice(-4_000)}`);
  };
  try {
    await until(
      READY,
      () => {
        if (!listeners.running()) fail();
        return listeners.output().includes(READY);
      },
      { timeoutMs: OPEN_WITHIN_MS },
    );
  } catch (fault) {
    await listeners.kill();
    throw fault;
  }
  return {
    async stop() {
      await listeners.stop();
      const { code } = await listeners.ended();
      if (code !== 0) fail();
      return decodeMessage<ListeningReport>("a report of listeners", listeners.output().replace(`${READY}\n`, ""), [
        "events",
        "fewest",
        "most",
        "cpuMicros",
      ]);
    },
    [Symbol.asyncDispose]: () => listeners.kill(),
  };
};
