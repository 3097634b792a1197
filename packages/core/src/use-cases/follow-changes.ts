import type { Announce } from "../ports/announcements.js";
import type { Changes } from "../ports/changes.js";
import type { InventoryChanges } from "../ports/inventory-changes.js";
import type { Inventory } from "../ports/inventory.js";
import type { InService } from "./in-service.js";

const PAGE = 100;

/** Brings a product's inventory to the ledger's revision. Does nothing where there is no such product. */
export type FollowChanges = (productId: string) => Promise<void>;

/**
 * Applies to the inventory, in their order, the changes that it has not seen. Whoever made a change calls it, and housekeeping for
 * whoever did not come so far: two at once do no harm, since each change is applied once.
 */
export const followChanges =
  (ports: {
    changes: Changes;
    inventory: Inventory;
    inventoryChanges: InventoryChanges;
    inService: InService;
    announce: Announce;
  }): FollowChanges =>
  async (productId) => {
    const { changes, inventory, inventoryChanges, inService, announce } = ports;

    await inService.ask(productId, async ({ epoch }) => {
      for (;;) {
        const status = await inventory.status(productId, epoch);
        if (status === null) return null;
        const next = await changes.after(productId, status.revision, PAGE);
        for (const change of next) {
          const answer = await inventoryChanges.apply(epoch, change);
          if (answer.kind === "not-in-service") return null;
          // Its stock, or its revision, cannot be what the ledger says they were.
          if (answer.kind === "contradicted" || answer.kind === "too-early") {
            await inService.restore(productId, epoch, epoch);
            return true;
          }
          if (answer.kind === "applied") tell(productId, epoch, answer);
        }
        // Whatever the ledger had when it was read is applied. To wait until it has nothing new could last as long as the sale.
        if (next.length < PAGE) return true;
      }
    });

    function tell(productId: string, epoch: number, { before, after }: { before: number; after: number }): void {
      announce({ kind: before === 0 && after > 0 ? "back-on-sale" : "changed", productId, epoch });
    }
  };
