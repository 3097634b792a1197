import { saleState, type Product, type SaleState } from "../product.js";
import type { Inventory, InventoryStatus } from "../ports/inventory.js";
import type { Catalogue } from "../catalogue.js";
import type { Clock } from "../ports/clock.js";
import { KEPT_AFTER_END_MS } from "../product.js";
import type { InService } from "./in-service.js";

export interface StatusPorts {
  readonly inventory: Inventory;
  readonly inService: InService;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/** How the sale of a product stands. */
export interface SaleStatus {
  readonly product: Product;
  readonly state: SaleState;
  /** The hot stock of this instant, by the hot store's clock. */
  readonly stock: InventoryStatus;
}

/**
 * How a product's sale stands. Null where there is no such product. A lost inventory is restored first; one that was let go, a
 * day after its sale, is not brought back to be looked at: the ledger says what it was.
 */
export const saleStatus =
  ({ inventory, inService, catalogue, clock }: StatusPorts) =>
  (productId: string): Promise<SaleStatus | null> =>
    inService.ask(productId, async (known) => {
      const stock = await inventory.status(productId, known.epoch);
      if (stock === null && clock.now() < known.saleEndAtMs + KEPT_AFTER_END_MS) return null;
      // The stock has seen a change that this process has not heard of, or the ledger is asked anyway.
      const current = stock !== null && stock.revision <= known.revision;
      const product = current ? known : ((await catalogue.refresh(productId)) ?? known);
      const shown = stock ?? lastStock(product, clock.now());
      return { product, stock: shown, state: saleState(shown, shown.available, shown.nowMs) };
    });

function lastStock(product: Product, nowMs: number): InventoryStatus {
  const { epoch, revision, totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, committed } = product;
  const terms = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision };
  const counts = { available: totalQuantity - committed, held: 0, purchased: committed };
  return { ...terms, ...counts, epoch, buyersLoaded: false, nowMs };
}
