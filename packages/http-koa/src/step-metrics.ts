import type { OnBatch, Orders } from "@flash-sale/core";
import { Counter, Histogram, type Registry } from "prom-client";

/** A script of Redis takes well below a millisecond, a commit as long as its disk; nothing is waited for longer than the time-outs. */
const CALL_BUCKETS_S = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const WAIT_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/** Of Redis' scripts those that a purchase waits for, or that end what it began. */
const STEP_OF_SCRIPT: Readonly<Record<string, string>> = {
  hold: "admission",
  teach: "teach",
  confirm: "confirm",
  release: "release",
};

/** How a reservation that the reaper asked about had ended. */
type Standing = Awaited<ReturnType<Orders["void"]>>[number];
const STANDINGS: readonly Standing[] = ["void", "confirmed", "cancelled", "changed"];

/**
 * What the steps of purchases take, counted once a call of a store, never once a buyer: a call serves all who wait for it, and counting
 * costs 1 µs.
 */
export interface StepMetrics {
  /** Measures until `answer` has come, or its fault, and answers it. */
  timed<Answer>(step: string, answer: Promise<Answer>): Promise<Answer>;
  /** A script of Redis was called. */
  onScript(script: string, answer: Promise<unknown>): void;
  readonly onBatch: OnBatch;
  reaped(standing: Standing): void;
  rebuilt(seconds: number): void;
}

export function createStepMetrics(registry: Registry): StepMetrics {
  const registers = [registry];
  const calls = new Histogram({
    name: "flash_sale_step_duration_seconds",
    help: "Time of a call of a store, by the step of purchases that it serves: one call serves many.",
    labelNames: ["step"],
    buckets: CALL_BUCKETS_S,
    registers,
  });
  const batches = new Histogram({
    name: "flash_sale_commit_batch_reservations",
    help: "Reservations that were written together.",
    buckets: BATCH_BUCKETS,
    registers,
  });
  const waits = new Histogram({
    name: "flash_sale_commit_wait_seconds",
    help: "Time that the oldest reservation of a batch waited until it was written.",
    buckets: WAIT_BUCKETS_S,
    registers,
  });
  const ended = new Counter({
    name: "flash_sale_reaped_holds_total",
    help: "Holds past their deadline that were ended, by what stands for their reservation: void, confirmed, cancelled or changed.",
    labelNames: ["standing"],
    registers,
  });
  // A series that is not there until it is needed has no rate then.
  for (const standing of STANDINGS) ended.inc({ standing }, 0);
  const rebuilds = new Histogram({
    name: "flash_sale_rebuild_duration_seconds",
    help: "Time from asking for the ledger's lock until a new inventory was in service in a lost or distrusted one's place.",
    buckets: WAIT_BUCKETS_S,
    registers,
  });
  const epochs = new Counter({
    name: "flash_sale_epoch_changes_total",
    help: "Inventories that a new one took the place of. A product's first inventory is not counted.",
    registers,
  });

  function timed<Answer>(step: string, answer: Promise<Answer>): Promise<Answer> {
    const startedMs = performance.now();
    const end = (): void => calls.observe({ step }, (performance.now() - startedMs) / 1_000);
    // Beside the caller's own wait, which is not a turn longer for it.
    void answer.then(end, end);
    return answer;
  }

  return {
    timed,
    onScript(script, answer) {
      const step = STEP_OF_SCRIPT[script];
      if (step !== undefined) void timed(step, answer);
    },
    onBatch(reservations, waitedMs) {
      batches.observe(reservations);
      waits.observe(waitedMs / 1_000);
    },
    reaped: (standing) => ended.inc({ standing }),
    rebuilt(seconds) {
      rebuilds.observe(seconds);
      epochs.inc();
    },
  };
}
