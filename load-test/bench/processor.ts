import { readFileSync } from "node:fs";

/** What a process had of the processors, and what it waited for one while others had them. */
export interface ProcessorTime {
  readonly ranMs: number;
  readonly waitedMs: number;
}

/** Of its main thread, since it began. Linux tells it. */
export const processorTime = (pid: number): ProcessorTime => {
  const [ran = Number.NaN, waited = Number.NaN] = readFileSync(`/proc/${String(pid)}/schedstat`, "utf8")
    .split(" ")
    .map((nanoseconds) => Number(nanoseconds) / 1e6);
  return { ranMs: ran, waitedMs: waited };
};
