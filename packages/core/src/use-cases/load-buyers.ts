import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { OrderPages } from "../ports/orders.js";

const PAGE = 1_000;
const SMALLEST_PAGE = 10;

/**
 * Tells a rebuilt inventory all earlier buyers, page by page, while the sale goes on. Whoever comes before their page is
 * taught alone. Starting again from the beginning is safe. Answers the number of buyers.
 */
export const loadBuyers =
  ({ inventory, loading, orderPages }: { inventory: Inventory; loading: InventoryLoading; orderPages: OrderPages }) =>
  async (productId: string, epoch: number): Promise<number> => {
    let count = 0;
    let limit = PAGE;
    for (let after: string | null = null; ;) {
      const status = await inventory.status(productId, epoch);
      if (status === null) return count;
      const buyers = await orderPages.buyers(productId, after, limit);
      if (buyers.length > 0) {
        const answer = await loading.teach(productId, epoch, status.revision, buyers);
        if (answer === "not-in-service") return count;
        // A change came in between: read again, and less, since among many cancellations only a short look is of one revision.
        if (answer === "behind") {
          limit = Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
          continue;
        }
      }
      count += buyers.length;
      after = buyers.at(-1)?.userId ?? null;
      if (buyers.length < limit) break;
      limit = Math.min(PAGE, limit * 2);
    }
    await loading.finishTeaching(productId, epoch);
    return count;
  };
