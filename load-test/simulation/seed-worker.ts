// Simulates the seeds it is told, one after another, in a thread of its own.
import { parentPort, workerData } from "node:worker_threads";
import { simulate } from "@flash-sale/core/simulation";
import { rewireFrom, sentenceOf } from "./seed.js";
import type { SeedResult } from "./tally.js";

/** Simulated faults are thrown by the thousand, and nobody reads where. */
Error.stackTraceLimit = 0;

const { stores } = workerData as { stores: string | null };
const wiring = await rewireFrom(stores);

parentPort?.on("message", ({ from, seeds }: { from: number; seeds: number }) => {
  void run(from, seeds);
});

const run = async (from: number, seeds: number): Promise<void> => {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const report = await simulate({ seed, ...wiring });
    const { virtualMs, events, hash } = report;
    const violation = report.violation && sentenceOf(report);
    const result: SeedResult = { seed, counts: [...report.counts], virtualMs, events, hash, violation };
    parentPort?.postMessage(result);
  }
  parentPort?.postMessage("done");
};
