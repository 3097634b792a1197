// A thread of the differential run, with lanes of its own: see threads.ts.
import { parentPort, workerData } from "node:worker_threads";
import { openRealStores } from "./real.js";
import { run } from "./run.js";
import type { Heard, Task } from "./threads.js";

const { places, ...task } = workerData as Task;
const tell = (heard: Heard): void => parentPort?.postMessage(heard);

const lanes = [];
for (const place of places) lanes.push(await openRealStores(place));
const { tally, ...outcome } = await run({ ...task, lanes, progress: () => tell({ kind: "progress" }) });
tell({ kind: "outcome", counted: tally.counted(), ...outcome });
for (const stores of lanes) await stores[Symbol.asyncDispose]();
