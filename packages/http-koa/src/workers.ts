import cluster, { type Worker } from "node:cluster";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Config } from "./config.js";
import { newUserKey, type Log } from "./log.js";
import { createMetricsGatherer } from "./metrics-text.js";
import { listen, type RunningServer } from "./server.js";
import { errorOf, type ToPrimary, type ToWorker } from "./worker-messages.js";

/** Longer than a worker's own limit to answer what it took. */
const STOP_LIMIT_MS = 15_000;
/** A worker that lived for less is replaced later each time. */
const QUICK_DEATH_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** A worker that listens. */
interface Seated {
  readonly worker: Worker;
  readonly ended: Promise<{ readonly code: number; readonly signal: string | null }>;
}

/**
 * Starts `workers` processes that listen on one port, and keeps that many: one that dies is replaced. They end with this process,
 * however it ends. Where one of them cannot start, none goes on.
 * @throws whatever the worker met: BadConfig, StoreUnreachable
 */
export async function startWorkers(config: Config, log: Log): Promise<RunningServer> {
  cluster.setupPrimary({ exec: fileURLToPath(new URL("./worker.js", import.meta.url)), args: [] });
  // Found out here, so that a start that is bound to fail starts nobody.
  const port = await portToListenOn(config);
  // One key for all of them: their lines are searched together.
  const crew = createCrew({ ...config, port, logUserKey: config.logUserKey ?? newUserKey() }, log);
  const starts = await Promise.allSettled(Array.from({ length: config.workers }, crew.start));
  const failed = starts.find((start) => start.status === "rejected");
  if (failed) {
    await crew.stop();
    throw failed.reason;
  }
  for (const start of starts) if (start.status === "fulfilled") void crew.keep(start.value);
  return { port, stop: crew.stop };
}

async function portToListenOn({ host, port }: Config): Promise<number> {
  const trial = createServer();
  const found = await listen(trial, { host, port });
  await new Promise((closed) => trial.close(closed));
  return found;
}

type Ended = Seated["ended"];

/** Tells a new worker what to serve, and waits until it listens. @throws what kept it from that */
function untilListening(worker: Worker, ended: Ended, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("message", (message: ToPrimary) => {
      switch (message.kind) {
        case "awake":
          tell(worker, { kind: "serve", config });
          break;
        case "listening":
          resolve();
          break;
        case "failed":
          reject(errorOf(message.fault));
          break;
        case "metrics":
          break;
      }
    });
    void ended.then(({ code, signal }) => {
      reject(new Error(`a worker ended before it listened (${signal ?? `exit code ${code}`})`));
    });
  });
}

function createCrew(config: Config, log: Log) {
  const living = new Set<Worker>();
  const stopping = new AbortController();
  const gatherMetrics = createMetricsGatherer();

  async function start(): Promise<Seated> {
    const worker = cluster.fork();
    endUnclaimed(worker);
    living.add(worker);
    worker.on("message", (message: ToPrimary) => {
      if (message.kind !== "metrics") return;
      void gatherMetrics().then((text) => tell(worker, { kind: "metrics", id: message.id, text }));
    });
    const ended: Ended = new Promise((resolve) => {
      worker.once("exit", (code, signal) => {
        living.delete(worker);
        resolve({ code, signal });
      });
    });
    await untilListening(worker, ended, config);
    log.info({ pid: worker.process.pid }, "a worker listens");
    return { worker, ended };
  }

  /** Keeps a seat taken, until all are to stop. */
  async function keep(seated: Seated): Promise<void> {
    for (let quickDeaths = 0; ;) {
      const startedMs = performance.now();
      const { code, signal } = await seated.ended;
      if (stopping.signal.aborted) return;
      const { pid } = seated.worker.process;
      log[code === 0 ? "info" : "error"]({ pid, code, signal }, "a worker ended; another takes its place");
      quickDeaths = performance.now() - startedMs < QUICK_DEATH_MS ? quickDeaths + 1 : 0;
      const next = await replacement(quickDeaths);
      if (next === null) return;
      seated = next;
    }
  }

  /** Tries until one listens: the store that a worker cannot reach may be back soon. Null when all are to stop. */
  async function replacement(quickDeaths: number): Promise<Seated | null> {
    for (let tries = quickDeaths; ; tries += 1) {
      await pause(tries === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS), stopping.signal);
      if (stopping.signal.aborted) return null;
      try {
        return await start();
      } catch (fault) {
        if (!stopping.signal.aborted) log.error({ err: fault }, "a worker could not start; it is tried again");
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    const workers = [...living];
    const ends = workers.map((worker) => new Promise((ended) => worker.once("exit", ended)));
    for (const worker of workers) tell(worker, { kind: "stop" });
    const late = setTimeout(() => {
      log.error(`workers that had not ended after ${STOP_LIMIT_MS} ms are killed`);
      for (const worker of living) worker.process.kill("SIGKILL");
    }, STOP_LIMIT_MS);
    await Promise.all(ends);
    clearTimeout(late);
  }

  return { start, keep, stop };
}

/**
 * Node keeps its own end of a connection until the worker that it was handed to says that it has it. With one that is killed in
 * between, the caller would wait for ever: it is told by the end of the connection.
 */
function endUnclaimed(worker: Worker): void {
  const child = worker.process;
  const send = child.send.bind(child) as (...message: unknown[]) => boolean;
  let handed: { close(): void } | null = null;
  child.send = (...message: unknown[]): boolean => {
    const [, handle] = message;
    // In the same place others give what they want to hear back by.
    if (typeof handle === "object" && handle !== null) handed = handle as typeof handed;
    return send(...message);
  };
  // To close what was closed before does nothing.
  worker.once("exit", () => handed?.close());
}

/** To a worker that is just ending it is lost, and nobody misses it. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.process.send(message, () => undefined);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((over) => {
    const timer = setTimeout(over, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      over();
    });
  });
}
