import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { OrderPages } from "../ports/orders.js";

const PAGE = 1_000;
const SMALLEST_PAGE = 10;

/**
 * Tells a rebuilt inventory all earlier buyers, page by page, while the sale goes on: one page is taught while the next one is read.
 * Whoever comes before their page is taught alone. Starting again from the beginning is safe. Answers the number of buyers.
 */
export const loadBuyers =
  ({ inventory, loading, orderPages }: { inventory: Inventory; loading: InventoryLoading; orderPages: OrderPages }) =>
  async (productId: string, epoch: number): Promise<number> => {
    const read = (after: string | null, limit: number) => orderPages.buyers(productId, after, limit);

    let count = 0;
    let limit = PAGE;
    let after: string | null = null;
    // Asked before a page is read, and good for all pages until somebody changes the product: then a lesson is refused.
    let status = await inventory.status(productId, epoch);
    for (let buyers = status && (await read(after, limit)); status !== null && buyers !== null;) {
      const last = buyers.at(-1)?.userId ?? null;
      const nextLimit = Math.min(PAGE, limit * 2);
      const isLast = buyers.length < limit;
      const [next, answer] = await Promise.all([
        isLast ? null : read(last, nextLimit),
        buyers.length > 0 ? loading.teach(productId, epoch, status.revision, buyers) : "taught",
      ]);
      if (answer === "not-in-service") return count;
      // A change came in between: read again, and less, since among many cancellations only a short look is of one revision.
      if (answer === "behind") {
        limit = Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
        status = await inventory.status(productId, epoch);
        buyers = await read(after, limit);
        continue;
      }
      count += buyers.length;
      if (isLast) await loading.finishTeaching(productId, epoch);
      [buyers, after, limit] = [next, last, nextLimit];
    }
    return count;
  };
