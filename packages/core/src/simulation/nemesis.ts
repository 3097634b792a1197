import type { Changers } from "./changers.js";
import type { Fleet } from "./fleet.js";
import { HOT_KEYS, type Seen, type Snapshot } from "./hot-store.js";
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
  const { plan, random, scheduler, journal, hot, postgres, database, weather, traps, guards } = world;
  const snapshots: Snapshot[] = [];
  let healed = false;

  const ownEpoch = (productId: string) => database.ledger(productId)?.epoch ?? 0;

  const told = (seen: Seen): Seen => (guards.looksAtReplicationId || seen === "unnoticed" ? seen : "overlooked");

  /** Changes the inventory behind the back of whoever relies on it. */
  async function tamper(kind: FaultKind, change: () => void): Promise<void> {
    const standing = await Promise.all(productIds.map((id) => hot.main.memory.inventory.status(id, ownEpoch(id))));
    if (standing.every((status) => status === null)) return;
    struck(journal, kind);
    journal.note(() => `*** ${kind}`);
    change();
  }

  function twoMasters(seen: Seen): void {
    hot.split(told(seen));
    scheduler.after(random.between(300, 4_000) * 1000, unite);
  }

  function unite(): void {
    if (hot.unite()) journal.note(() => "*** one master again");
  }

  function away(kind: FaultKind, store: "inventory" | "orders", forMs: number): void {
    weather.awayUntilUs[store] = scheduler.nowUs() + forMs * 1000;
    struck(journal, kind);
    journal.note(() => `*** ${kind} for ${forMs} ms`);
  }

  function failOver(kind: FaultKind): void {
    journal.note(() => `*** ${kind}`);
    const forMs = random.between(100, 3_000);
    weather.awayUntilUs.orders = scheduler.nowUs() + forMs * 1000;
    if (postgres.failOver() > 0) struck(journal, kind);
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
        void tamper(kind, () => hot.lose());
        break;
      case "key lost": {
        const key = random.pick(HOT_KEYS);
        const seen = guards.looksForEveryKey ? "noticed" : "overlooked";
        void tamper(kind, () => productIds.forEach((id) => hot.loseKey(id, key, seen)));
        break;
      }
      case "old snapshot":
        void tamper(kind, () => hot.restore(random.pickAny(snapshots) ?? hot.snapshot(), told("noticed")));
        break;
      case "unnoticed snapshot":
        void tamper(kind, () => {
          hot.restore(random.pickAny(snapshots) ?? hot.snapshot(), "unnoticed");
          productIds.forEach(world.observer.distrust);
        });
        break;
      case "two masters":
        if (hot.servers.length === 1) void tamper(kind, () => twoMasters("noticed"));
        break;
      case "two masters unnoticed":
        if (hot.servers.length === 1)
          void tamper(kind, () => {
            twoMasters("unnoticed");
            productIds.forEach(world.observer.distrust);
          });
        break;
      case "inventory away":
        away(kind, "inventory", random.between(200, 2_000));
        break;
      case "orders away":
        away(kind, "orders", random.between(200, 5_000));
        break;
      case "orders failover":
        failOver(kind);
        break;
      case "pool exhausted":
        if (process.underWay > 0) struck(journal, kind);
        fleet.exhaustPool(process, random.between(300, 2_500));
        break;
      case "clock jump":
        if (plan.skewMs > 0) struck(journal, "clock jumps");
        fleet.jumpClock(process);
        break;
      case "orders cancelled":
        for (const productId of productIds) {
          const cancelled = (count: number) => {
            if (count > 0) struck(journal, kind);
            journal.note(() => `*** ${count} orders of ${productId} cancelled`);
          };
          // A failover may cut it short.
          void changers.cancelAtOnce(productId).then(cancelled, () => cancelled(0));
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
    scheduler.after(random.between(0, plan.crowdMs) * 1000, () => void snapshots.push(hot.snapshot()));
  }

  return {
    strike: () => begin(random.pick(KINDS)),
    heal() {
      healed = true;
      traps.clear();
      weather.odds = { requestLost: 0, replyLost: 0, late: 0, doubled: 0, announcementLost: 0 };
      weather.awayUntilUs.inventory = weather.awayUntilUs.orders = 0;
      weather.lateUntilMs = scheduler.elapsedMs() + LATEST_US / 1000;
      unite();
      fleet.heal();
      journal.note(() => "*** healed");
    },
  };
}
