import type { FlashSale } from "../flash-sale.js";
import type { ReconcileReport } from "../use-cases/drift.js";
import type { SaleStatus } from "../use-cases/sale-status.js";
import { ask } from "./ask.js";
import type { Fleet } from "./fleet.js";
import type { RunningProcess } from "./running-process.js";
import { watchForTaint, type World } from "./world.js";

const TASKS = ["reconcile", "reconcile", "repair", "rebuild", "reap", "look"] as const;
/** What reconcile must have waited at least before it says that the projection is late. */
const PATIENCE_MS = 4_000;

/** People at the CLI in the middle of it all: what they start must do no harm, and find nothing wrong. */
export interface Operators {
  stop(): void;
  pending(): number;
  /** With `fix`: what differs is repaired. */
  reconcile(
    running: RunningProcess,
    productId: string,
    fix: boolean,
    onEnd: (report: ReconcileReport | null) => void,
  ): void;
}

export function startOperators(world: World, fleet: Fleet, productIds: readonly string[]): Operators {
  const { random, scheduler, journal, hot } = world;
  let stopped = false;
  let pending = 0;

  function tell<T>(
    running: RunningProcess,
    task: string,
    question: (sale: FlashSale) => Promise<T>,
    onAnswer: (answer: T | null) => void,
  ): void {
    pending += 1;
    journal.note(() => `${running.process.name} is told to ${task}`);
    ask(world, running, question, (told) => {
      pending -= 1;
      if (told.kind !== "told") journal.count("operators told to come later");
      onAnswer(told.kind === "told" ? told.answer : null);
    });
  }

  function reconcile(
    running: RunningProcess,
    productId: string,
    fix: boolean,
    onEnd: (report: ReconcileReport | null) => void,
  ): void {
    const sinceMs = scheduler.elapsedMs();
    tell(
      running,
      `reconcile ${productId}`,
      (sale) => sale.reconcile(productId, { fix }),
      (report) => {
        if (report) judge(report, sinceMs);
        onEnd(report);
      },
    );
  }

  /** While faults go on an inventory may be lost, and what follows behind may be late: but only if it was. */
  function judge(report: ReconcileReport, sinceMs: number): void {
    const wrong = report.drift.filter((drift) => {
      if (drift.kind === "missing-inventory") return false;
      if (drift.kind === "revision") return drift.found > drift.expected;
      if (drift.kind === "sold-quantity") return journal.longestPauseMs("projection", sinceMs) < PATIENCE_MS;
      return true;
    });
    for (const { kind } of report.drift) journal.count(`drift found: ${kind}`);
    if (report.drift.length === 0) journal.count("reconciled");
    // What came back from an older state, and could not be told from a sound one, is what reconcile is there for.
    if (wrong.length > 0 && !hot.isTainted(report.productId, report.epoch))
      journal.violated("I2", `reconcile found drift: ${JSON.stringify(report)}`);
  }

  function work(running: RunningProcess, productId: string): void {
    const ignore = () => undefined;
    const task = random.pick(TASKS);
    switch (task) {
      case "reconcile":
      case "repair": {
        reconcile(running, productId, task === "repair", ignore);
        return;
      }
      case "rebuild": {
        tell(running, `rebuild ${productId}`, (sale) => sale.rebuild(productId), ignore);
        return;
      }
      case "reap": {
        tell(running, `reap ${productId}`, (sale) => sale.reap(productId), ignore);
        return;
      }
      case "look": {
        const heard = world.recorder.look(productId);
        const mayBeWrong = watchForTaint(world, productId);
        tell<SaleStatus | null>(
          running,
          `look at ${productId}`,
          (sale) => sale.saleStatus(productId),
          (status) => heard(mayBeWrong() ? null : status),
        );
        return;
      }
    }
  }

  function come(): void {
    if (stopped) return;
    const running = fleet.any();
    const productId = random.pickAny(productIds);
    if (running && productId !== null) work(running, productId);
    scheduler.after(random.between(500, 6_000) * 1000, come);
  }
  scheduler.after(random.between(0, 3_000) * 1000, come);
  return { stop: () => void (stopped = true), pending: () => pending, reconcile };
}
