import type { Changers } from "./changers.js";
import type { Fleet } from "./fleet.js";
import { LATEST_US } from "./link.js";
import { KINDS, type FaultKind } from "./plan.js";
import type { Process } from "./process.js";
import { struck, type World } from "./world.js";

/** Carries out the planned faults, until everything is healed. A fault counts where it found something to strike. */
export interface Nemesis {
  /** One more fault, that nobody planned. */
  strike(): void;
  heal(): void;
}

export function startNemesis(world: World, fleet: Fleet, changers: Changers, productIds: readonly string[]): Nemesis {
  const { plan, random, scheduler, journal, memory, database, weather, traps } = world;
  const snapshots: (() => void)[] = [];
  let healed = false;

  const ownEpoch = (productId: string) => database.inspect(productId)?.ledger.epoch ?? 0;

  /** Takes the inventory away from whoever relies on it. */
  function lose(kind: FaultKind, change: () => void): void {
    void Promise.all(productIds.map((id) => memory.inventory.status(id, ownEpoch(id)))).then((standing) => {
      if (standing.every((status) => status === null)) return;
      change();
      world.loseLocks();
      struck(journal, kind);
      journal.note(() => `*** ${kind}`);
    });
  }

  function away(kind: FaultKind, store: "inventory" | "orders", forMs: number): void {
    weather.awayUntilUs[store] = scheduler.nowUs() + forMs * 1000;
    struck(journal, kind);
    journal.note(() => `*** ${kind} for ${forMs} ms`);
  }

  function strike(kind: FaultKind, process: Process): void {
    switch (kind) {
      case "crash":
        journal.count("crashes");
        if (process.underWay > 0) struck(journal, "crashes with work under way");
        fleet.crash(process);
        break;
      case "pause":
        if (process.underWay > 0) struck(journal, "pauses");
        fleet.pause(process, plan.lockTtlMs + random.between(300, 2_500));
        break;
      case "inventory lost":
        lose(kind, () => memory.lose());
        break;
      case "old snapshot":
        lose(kind, random.pickAny(snapshots) ?? memory.snapshot());
        break;
      case "inventory away":
        away(kind, "inventory", random.between(200, 2_000));
        break;
      case "orders away":
        away(kind, "orders", random.between(200, 5_000));
        break;
      case "orders cancelled":
        for (const productId of productIds) {
          void changers.cancelAtOnce(productId).then((count) => {
            if (count > 0) struck(journal, kind);
            journal.note(() => `*** ${count} orders of ${productId} cancelled`);
          });
        }
        break;
      case "late call":
        weather.late.add("commit");
        break;
    }
  }

  function begin(kind: FaultKind): void {
    const process = fleet.any()?.process;
    if (process) strike(kind, process);
  }

  for (const { atMs, kind, trap } of plan.faults) {
    scheduler.after(atMs * 1000, () => {
      if (healed) return;
      if (trap === null) begin(kind);
      else if (kind === "late call") weather.late.add(trap.method);
      else traps.set({ ...trap, spring: (process) => strike(kind, process) });
    });
  }
  for (let snapshot = 0; snapshot < 4; snapshot += 1) {
    scheduler.after(random.between(0, plan.crowdMs) * 1000, () => void snapshots.push(memory.snapshot()));
  }

  return {
    strike: () => begin(random.pick(KINDS)),
    heal() {
      healed = true;
      traps.clear();
      weather.odds = { requestLost: 0, replyLost: 0, late: 0, announcementLost: 0 };
      weather.awayUntilUs.inventory = weather.awayUntilUs.orders = 0;
      weather.lateUntilMs = scheduler.elapsedMs() + LATEST_US / 1000;
      fleet.heal();
      journal.note(() => "*** healed");
    },
  };
}
