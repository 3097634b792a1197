import type { Clock } from "./ports/clock.js";
import type { Ids } from "./ports/ids.js";
import type { Inventory } from "./ports/inventory.js";
import type { LockName, Locks } from "./ports/locks.js";
import type { Products } from "./ports/products.js";
import { KEPT_AFTER_END_MS, type Product } from "./product.js";
import type { FollowChanges } from "./use-cases/follow-changes.js";
import type { InService } from "./use-cases/in-service.js";
import type { loadBuyers } from "./use-cases/load-buyers.js";
import type { reap } from "./use-cases/reap.js";

const ROUND_MS = 500;
/** A leader that dies is followed by another this much later. */
const LEADER_TTL_MS = 3_000;
const LEADER: LockName = ["housekeeping"];

export interface HousekeepingPorts {
  readonly products: Products;
  readonly inventory: Inventory;
  readonly locks: Locks;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly inService: InService;
  readonly followChanges: FollowChanges;
  readonly reap: ReturnType<typeof reap>;
  readonly loadBuyers: ReturnType<typeof loadBuyers>;
  readonly inBackground: (doing: string, work: Promise<unknown>) => void;
  readonly onFault: (doing: string, fault: unknown) => void;
}

/**
 * What goes on behind the purchases, in one process at a time: reaping, restoring inventories that were lost while nobody
 * bought, loading buyers, applying changes whose makers did not come so far, projecting sold units. Two leaders at once do no harm.
 */
export function startHousekeeping(ports: HousekeepingPorts): { stop(): Promise<void> } {
  const owner = ports.ids.next();
  const loadsUnderWay = new Set<string>();
  let stopped = false;
  let round = Promise.resolve();

  async function run(): Promise<void> {
    while (!stopped) {
      round = attempt("housekeeping", lead);
      await round;
      await ports.clock.sleep(ROUND_MS);
    }
  }

  async function lead(): Promise<void> {
    if (!(await ports.locks.acquire(LEADER, owner, LEADER_TTL_MS))) return;
    const nowMs = ports.clock.now();
    // A day ahead as well: what is about to open should be whole, and no two clocks agree.
    const products = await ports.products.live(nowMs + KEPT_AFTER_END_MS, nowMs - KEPT_AFTER_END_MS);
    await Promise.all(products.map((product) => attempt(`keeping ${product.id}`, () => keep(product))));
    await ports.products.projectSold();
  }

  async function keep({ id, epoch, revision, saleEndAtMs }: Product): Promise<void> {
    const status = await ports.inventory.status(id, epoch);
    if (status === null) {
      if (ports.clock.now() < saleEndAtMs) await ports.inService.restore(id, epoch);
      return;
    }
    if (!status.buyersLoaded) loadInBackground(id, epoch);
    if (status.revision < revision) await ports.followChanges(id);
    if (status.held > 0) await ports.reap(id, epoch);
  }

  function loadInBackground(productId: string, epoch: number): void {
    const load = `${productId} ${epoch}`;
    if (loadsUnderWay.has(load)) return;
    loadsUnderWay.add(load);
    ports.inBackground(
      "loading buyers",
      ports.loadBuyers(productId, epoch).finally(() => loadsUnderWay.delete(load)),
    );
  }

  async function attempt(doing: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (fault) {
      ports.onFault(doing, fault);
    }
  }

  void run();
  return {
    async stop() {
      stopped = true;
      await round;
      await attempt("letting go of housekeeping", () => ports.locks.release(LEADER, owner));
    },
  };
}
