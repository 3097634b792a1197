import type { BookView } from "@flash-sale/core/memory";
import type { InventoryStatus, Reservation } from "@flash-sale/core";
import type { Names } from "./names.js";
import { CHANGES, ORDERS } from "./operation.js";
import type { Specification } from "./specification.js";

/** What stands of a product in the specification, for who draws the next operation. */
export interface ProductView {
  readonly book: BookView | null;
  readonly lastEpoch: number;
  readonly status: InventoryStatus | null;
  readonly holds: readonly Reservation[];
  orderOf(id: string): number | null;
  changeOf(id: string): number | null;
}
export type View = readonly [ProductView, ProductView];

export async function viewOf(specification: Specification, names: Names): Promise<View> {
  const { database, loading, inventory } = specification;
  const view = async (productId: string): Promise<ProductView> => {
    const lastEpoch = await loading.lastEpoch(productId);
    const audit = await inventory.audit(productId, lastEpoch);
    return {
      book: database.inspect(productId),
      lastEpoch,
      status: audit?.status ?? null,
      holds: audit?.holds ?? [],
      orderOf: (id) => ORDERS.find((order) => names.order(order) === id) ?? null,
      changeOf: (id) => CHANGES.find((change) => names.change(change) === id) ?? null,
    };
  };
  const [first, second] = names.productIds;
  return [await view(first), await view(second)];
}
