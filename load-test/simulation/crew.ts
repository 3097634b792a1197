import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { Tally, type SeedResult } from "./tally.js";

export interface Order {
  readonly from: number;
  readonly seeds: number;
  readonly jobs: number;
  readonly stores: string | null;
}

export interface CrewReport {
  readonly tally: Tally;
  /** Equal for two runs of the same seeds in which the same things happened, whatever the number of threads. */
  readonly digest: string;
  readonly wasStopped: boolean;
}

export interface Crew {
  readonly tally: Tally;
  /** Takes no more seeds; what was seen so far is the report. */
  stop(): void;
  readonly report: Promise<CrewReport>;
}

/** Seeds a thread is given at a time. */
const PORTION = 10;

/** Simulates seeds in several threads at once; a violation is told the moment it is found. */
export const startCrew = ({ from, seeds, jobs, stores }: Order, onViolation: (sentence: string) => void): Crew => {
  const tally = new Tally();
  const hashes = new Uint32Array(seeds);
  const isSeen = new Uint8Array(seeds);
  let next = from;
  let isStopped = false;

  const workers = Array.from({ length: Math.min(jobs, Math.ceil(seeds / PORTION)) }, () => {
    return new Worker(new URL("./seed-worker.js", import.meta.url), {
      workerData: { stores },
      // A seed makes much that is soon forgotten.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
  });

  const work = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        const left = isStopped ? 0 : Math.min(PORTION, from + seeds - next);
        if (left <= 0) {
          resolve();
          return;
        }
        worker.postMessage({ from: next, seeds: left });
        next += left;
      };
      worker.on("error", reject);
      worker.on("exit", () => resolve());
      worker.on("message", (message: SeedResult | "done") => {
        if (message === "done") give();
        else if (!isStopped) {
          tally.add(message);
          if (message.violation !== null) onViolation(message.violation);
          hashes[message.seed - from] = message.hash;
          isSeen[message.seed - from] = 1;
        }
      });
      give();
    });

  const digestOf = (): string => {
    const digest = createHash("sha256");
    isSeen.forEach((seen, index) => {
      if (seen) digest.update(`${String(from + index)} ${String(hashes[index])}\n`);
    });
    return digest.digest("hex").slice(0, 16);
  };

  const endAll = () => Promise.all(workers.map((worker) => worker.terminate()));
  const report = Promise.all(workers.map(work))
    .finally(endAll)
    .then((): CrewReport => ({ tally, digest: digestOf(), wasStopped: isStopped }));
  return {
    tally,
    stop() {
      isStopped = true;
      void endAll();
    },
    report,
  };
};
