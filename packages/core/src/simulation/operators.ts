import type { Fleet } from "./fleet.js";
import type { RunningProcess } from "./running-process.js";
import type { World } from "./world.js";

const TASKS = ["reconcile", "reconcile", "repair", "rebuild", "reap", "look"] as const;

/** People at the CLI in the middle of it all: what they start must do no harm, and find nothing wrong. */
export function startOperators(world: World, fleet: Fleet, productIds: readonly string[]): { stop(): void } {
  const { random, scheduler, journal } = world;
  let stopped = false;

  async function work({ process, sale }: RunningProcess, productId: string): Promise<void> {
    const task = random.pick(TASKS);
    journal.note(() => `${process.name} is told to ${task} ${productId}`);
    switch (task) {
      case "reconcile":
      case "repair": {
        const report = await sale.reconcile(productId, { fix: task === "repair" });
        const wrong = report?.drift.filter(({ kind }) => kind !== "missing-inventory") ?? [];
        journal.count(wrong.length === 0 ? "reconciled" : "drift found");
        if (wrong.length > 0) journal.violated("I2", `reconcile found drift: ${JSON.stringify(report)}`);
        return;
      }
      case "rebuild":
        await sale.rebuild(productId);
        return;
      case "reap":
        await sale.reap(productId);
        return;
      case "look":
        await sale.saleStatus(productId);
        return;
    }
  }

  function come(): void {
    if (stopped) return;
    const running = fleet.any();
    const productId = random.pickAny(productIds);
    if (running && productId !== null)
      work(running, productId).catch(() => journal.count("operators told to come later"));
    scheduler.after(random.between(500, 6_000) * 1000, come);
  }
  scheduler.after(random.between(0, 3_000) * 1000, come);
  return { stop: () => void (stopped = true) };
}
