import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { OrderPages } from "../ports/orders.js";

const PAGE = 1_000;

/**
 * Tells a rebuilt inventory all earlier buyers, page by page, while the sale goes on. Whoever comes before their page is
 * taught alone. Starting again from the beginning is safe. Answers the number of buyers.
 */
export const loadBuyers =
  ({ inventory, loading, orderPages }: { inventory: Inventory; loading: InventoryLoading; orderPages: OrderPages }) =>
  async (productId: string, epoch: number): Promise<number> => {
    let count = 0;
    for (let after: string | null = null; ;) {
      const status = await inventory.status(productId, epoch);
      if (status === null) return count;
      const buyers = await orderPages.buyers(productId, after, PAGE);
      if (buyers.length > 0) {
        const answer = await loading.teach(productId, epoch, status.revision, buyers);
        if (answer === "not-in-service") return count;
        // A change came in between: the page is read again.
        if (answer === "behind") continue;
      }
      count += buyers.length;
      after = buyers.at(-1)?.userId ?? null;
      if (buyers.length < PAGE) break;
    }
    await loading.finishTeaching(productId, epoch);
    return count;
  };
