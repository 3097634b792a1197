import { createLeader } from "./leader.js";
import type { Clock } from "./ports/clock.js";
import type { Ids } from "./ports/ids.js";
import type { Inventory, InventoryStatus } from "./ports/inventory.js";
import type { Locks } from "./ports/locks.js";
import type { Products } from "./ports/products.js";
import { KEPT_AFTER_END_MS, type Product } from "./product.js";
import type { FollowChanges } from "./use-cases/follow-changes.js";
import type { InService } from "./use-cases/in-service.js";
import type { loadBuyers } from "./use-cases/load-buyers.js";
import type { reap } from "./use-cases/reap.js";

const ROUND_MS = 500;
/** Products that no sale is near, looked at in one round. */
const SWEEP = 20;
/** A sale that has ended by this process' clock may go on by the hot store's, which decides. */
const CLOCKS_APART_MS = 2 * 60 * 60 * 1000;

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
  const leader = createLeader(ports);
  const loadInBackground = createBuyerLoads(ports);
  let sweptTo: string | null = null;
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
    if (!(await leader.leads())) return;
    const nowMs = ports.clock.now();
    // A day ahead as well: what is about to open should be whole, and no two clocks agree.
    const products = await ports.products.live(nowMs + KEPT_AFTER_END_MS, nowMs - KEPT_AFTER_END_MS);
    await Promise.all(products.map((product) => attempt(`keeping ${product.id}`, () => keep(product))));
    await sweep(new Set(products.map(({ id }) => id)));
    await ports.products.projectSold();
  }

  /** The last purchases of the last process to end: nobody else would project them. */
  async function letGo(): Promise<void> {
    if (!(await leader.leads())) return;
    await ports.products.projectSold();
    await leader.letGo();
  }

  /** The others, by and by: a change that moved a sale away may have stopped half way, and its inventory sells by the old window. */
  async function sweep(kept: ReadonlySet<string>): Promise<void> {
    const page = await ports.products.page(sweptTo, SWEEP);
    sweptTo = page[SWEEP - 1]?.id ?? null;
    const others = page.filter(({ id }) => !kept.has(id));
    await Promise.all(
      others.map((product) =>
        attempt(`looking after ${product.id}`, async () =>
          settle(ports, product, await ports.inventory.status(product.id, product.epoch)),
        ),
      ),
    );
  }

  async function keep(product: Product): Promise<void> {
    const { id, epoch, saleEndAtMs } = product;
    const status = await ports.inventory.status(id, epoch);
    if (status === null) {
      if (ports.clock.now() < saleEndAtMs + CLOCKS_APART_MS) await ports.inService.restore(id, epoch);
      return;
    }
    if (!status.buyersLoaded) loadInBackground(id, epoch);
    await settle(ports, product, status);
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
      await attempt("letting go of housekeeping", letGo);
    },
  };
}

/** Loads the buyers of one life of an inventory once at a time. */
function createBuyerLoads({ loadBuyers, inBackground }: HousekeepingPorts) {
  const underWay = new Set<string>();
  return (productId: string, epoch: number): void => {
    const load = `${productId} ${epoch}`;
    if (underWay.has(load)) return;
    underWay.add(load);
    inBackground(
      "loading buyers",
      loadBuyers(productId, epoch).finally(() => underWay.delete(load)),
    );
  };
}

/** Ends what others began and did not come to the end of. */
async function settle(
  { followChanges, reap }: HousekeepingPorts,
  { id, epoch, revision }: Product,
  status: InventoryStatus | null,
): Promise<void> {
  if (status !== null && status.revision < revision) await followChanges(id);
  if (status !== null && status.held > 0) await reap(id, epoch);
}
