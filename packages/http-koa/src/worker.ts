// One of the API's processes. The primary, in workers.ts, starts it and tells it what to serve; it says when it listens, and ends
// in order when it is told to, or when there is no primary any more.
import cluster from "node:cluster";
import type { Config } from "./config.js";
import { wire } from "./container.js";
import { createLog, type Log } from "./log.js";
import { closeOnSignals } from "./shutdown.js";
import { startApi } from "./start-api.js";
import { startFaultOf, type ToPrimary, type ToWorker } from "./worker-messages.js";

/** Resolves when it is on its way, also where nobody takes it any more. */
const tell = (message: ToPrimary): Promise<void> =>
  new Promise((sent) => {
    if (process.send === undefined || !process.connected) sent();
    else process.send(message, undefined, undefined, () => sent());
  });

/** Listens, and answers how to end. */
async function listen(config: Config, log: Log): Promise<() => Promise<void>> {
  const wired = wire(config, log, { keepsHouse: true });
  try {
    const server = await startApi(wired, config);
    return async () => {
      await server.stop();
      await wired.close();
    };
  } catch (fault) {
    await wired.close();
    throw fault;
  }
}

async function main(self: NonNullable<typeof cluster.worker>): Promise<void> {
  /** Before it serves there is nothing to close. */
  let end: (reason: string) => void = () => process.exit(0);
  const config = await new Promise<Config>((toldToServe) => {
    process.on("message", (message: ToWorker) => {
      if (message.kind === "serve") toldToServe(message.config);
      if (message.kind === "stop") end("the primary says so");
    });
    void tell({ kind: "awake" });
  });
  const log = createLog(config.logLevel, { userKey: config.logUserKey }).child({ worker: self.id });
  const listening = listen(config, log);
  const close = async (): Promise<void> => {
    // A start that failed has closed what it opened.
    const closeAll = await listening.catch(() => null);
    await closeAll?.();
  };
  end = closeOnSignals(close, log);
  self.once("disconnect", () => {
    // Else Node ends this process at once, whatever it is answering.
    self.exitedAfterDisconnect = true;
    end("the primary is gone");
  });
  try {
    await listening;
    await tell({ kind: "listening" });
  } catch (fault) {
    await tell({ kind: "failed", fault: startFaultOf(fault) });
    process.exit(1);
  }
}

if (cluster.worker === undefined) throw new Error("a worker is started by its primary, see workers.ts");
await main(cluster.worker);
