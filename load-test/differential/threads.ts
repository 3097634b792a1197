import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Outcome, RunOptions } from "./run.js";
import type { Place, Stage } from "./stage.js";
import { createTally, type Counted } from "./tally.js";

/** A lane mostly waits: while one does, the thread's other goes on. */
const LANES_A_THREAD = 2;

/** What a thread is to do. */
export interface Task extends Required<Pick<RunOptions, "firstLane" | "seed" | "sequences">> {
  readonly places: readonly Place[];
}

/** What a thread tells. */
export type Heard =
  { readonly kind: "progress" } | ({ readonly kind: "outcome"; readonly counted: Counted } & Omit<Outcome, "tally">);

interface ManyOptions extends Required<Pick<RunOptions, "seed" | "sequences" | "progress">> {
  readonly jobs: number;
}

/** As `run`, on several threads, each of which has a part of the seeds. The first that finds a difference ends them all. */
export async function runOnThreads(stage: Stage, { jobs, seed, sequences, progress }: ManyOptions): Promise<Outcome> {
  const tally = createTally();
  const outcomes: Omit<Outcome, "tally">[] = [];
  const threads: Worker[] = [];
  let done = 0;
  const stop = (): void => threads.forEach((thread) => void thread.terminate());

  async function oneThread(job: number): Promise<void> {
    const [from, to] = [job, job + 1].map((part) => Math.floor((sequences * part) / jobs));
    if (from === undefined || to === undefined || from === to) return;
    const places: Place[] = [];
    for (let lane = 0; lane < LANES_A_THREAD; lane += 1) places.push(await stage.place());
    const task: Task = { firstLane: job * LANES_A_THREAD, seed: seed + from, sequences: to - from, places };
    const thread = new Worker(new URL("./lane-worker.js", import.meta.url), { workerData: task });
    threads.push(thread);
    thread.on("message", (heard: Heard) => {
      if (heard.kind === "progress") progress((done += 1));
      else {
        tally.merge(heard.counted);
        outcomes.push(heard);
        if (heard.finding) stop();
      }
    });
    // A thread that throws rejects here.
    await once(thread, "exit");
  }

  try {
    await Promise.all(Array.from({ length: jobs }, (_, job) => oneThread(job)));
  } finally {
    stop();
  }
  const sum = (of: (outcome: Omit<Outcome, "tally">) => number) => outcomes.reduce((all, one) => all + of(one), 0);
  return {
    tally,
    sequences: sum((one) => one.sequences),
    sets: sum(({ sets }) => sets),
    repeated: sum(({ repeated }) => repeated),
    finding: outcomes.find(({ finding }) => finding !== null)?.finding ?? null,
  };
}
