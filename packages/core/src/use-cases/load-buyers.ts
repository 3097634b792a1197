import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { OrderPages } from "../ports/orders.js";

const PAGE = 1_000;
const SMALLEST_PAGE = 10;

/** What the ledger says of some buyers, and the inventory's revision before it was asked. */
interface Page {
  readonly revision: number;
  readonly buyers: Awaited<ReturnType<OrderPages["buyers"]>>;
}

/**
 * Tells a rebuilt inventory all earlier buyers, page by page, while the sale goes on: one page is taught while the next one is read.
 * Whoever comes before their page is taught alone. Starting again from the beginning is safe. Answers the number of buyers.
 */
export const loadBuyers =
  ({ inventory, loading, orderPages }: { inventory: Inventory; loading: InventoryLoading; orderPages: OrderPages }) =>
  async (productId: string, epoch: number): Promise<number> => {
    async function read(after: string | null, limit: number): Promise<Page | null> {
      const status = await inventory.status(productId, epoch);
      return status && { revision: status.revision, buyers: await orderPages.buyers(productId, after, limit) };
    }

    let count = 0;
    let limit = PAGE;
    let after: string | null = null;
    for (let page = await read(after, limit); page !== null;) {
      const { revision, buyers } = page;
      const last = buyers.at(-1)?.userId ?? null;
      const nextLimit = Math.min(PAGE, limit * 2);
      const isLast = buyers.length < limit;
      const [answer, next] = await Promise.all([
        buyers.length > 0 ? loading.teach(productId, epoch, revision, buyers) : "taught",
        isLast ? null : read(last, nextLimit),
      ]);
      if (answer === "not-in-service") return count;
      // A change came in between: read again, and less, since among many cancellations only a short look is of one revision.
      if (answer === "behind") {
        limit = Math.max(SMALLEST_PAGE, Math.floor(limit / 2));
        page = await read(after, limit);
        continue;
      }
      count += buyers.length;
      if (isLast) {
        await loading.finishTeaching(productId, epoch);
        return count;
      }
      [page, after, limit] = [next, last, nextLimit];
    }
    return count;
  };
