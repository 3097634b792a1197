import { saleState, type Product, type SaleState } from "../product.js";
import type { Inventory, InventoryStatus } from "../ports/inventory.js";
import type { InService } from "./in-service.js";

export interface SaleStatus {
  readonly product: Product;
  readonly state: SaleState;
  /** The hot stock of this instant, by the hot store's clock. */
  readonly stock: InventoryStatus;
}

/** How a product's sale stands. Null where there is no such product. A lost inventory is restored first. */
export const saleStatus =
  ({ inventory, inService }: { inventory: Inventory; inService: InService }) =>
  (productId: string): Promise<SaleStatus | null> =>
    inService.ask(productId, async (product) => {
      const stock = await inventory.status(productId, product.epoch);
      return stock && { product, stock, state: saleState(stock, stock.available, stock.nowMs) };
    });
