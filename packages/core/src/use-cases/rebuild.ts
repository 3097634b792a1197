import { StoreUnavailable } from "../faults.js";
import type { Announce } from "../ports/announcements.js";
import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";

/** Which life of the inventory is in service now. */
export interface RebuildReport {
  readonly epoch: number;
  /** False where a whole inventory of the ledger's epoch was found, or another process was first. */
  readonly rebuilt: boolean;
}

export type Rebuild = (productId: string, distrusted?: number) => Promise<RebuildReport | null>;

/**
 * Puts a new inventory in service from the ledger, under a new epoch; null where there is no such product. A whole inventory is
 * left alone, unless its epoch is `distrusted`. All of it happens under the ledger's lock: of many processes that notice
 * one loss, one rebuilds. Old holds are gone; those of them that were committed stand in the ledger, the others are
 * admitted again. Where the ledger's commit fails, the inventory is ahead, every commit is refused, and the next
 * rebuild mends that.
 */
export const rebuild =
  (ports: { orders: Orders; inventory: Inventory; loading: InventoryLoading; announce: Announce }): Rebuild =>
  async (productId, distrusted) => {
    const { orders, inventory, loading, announce } = ports;

    const report = await orders.withLedger(productId, async (ledger): Promise<RebuildReport> => {
      const trusted = ledger.epoch !== distrusted;
      if (trusted && (await inventory.status(productId, ledger.epoch)) !== null)
        return { epoch: ledger.epoch, rebuilt: false };

      const epoch = await ledger.nextEpoch((await loading.lastEpoch(productId)) + 1);
      const terms = { ...ledger.product, totalQuantity: ledger.total, revision: ledger.revision };
      const loaded = await loading.load(productId, epoch, terms, ledger.committed);
      if (loaded === "refused") throw new StoreUnavailable("inventory", "none");
      // Before its first life a product has no orders, and so no buyers to be taught.
      if (ledger.epoch === 0) await loading.finishTeaching(productId, epoch);
      await ledger.moveEpoch(epoch);
      return { epoch, rebuilt: true };
    });

    if (report?.rebuilt) announce({ kind: "epoch-moved", productId, epoch: report.epoch });
    return report;
  };
