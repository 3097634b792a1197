import { followSale, type Connection } from "../shared/follow-sale.js";
import type { AdminProduct, SaleView } from "../shared/views.js";
import type { Session } from "./session.js";
import { whileVisible } from "./while-visible.js";

const LOOK_EVERY_MS = 2_000;

export interface ProductFollower {
  onProduct(product: AdminProduct): void;
  onState(state: Connection): void;
}

/**
 * Follows a product: stock and terms as the event stream tells them, held units and drift as the admin is told when asked. Answers what
 * ends it.
 */
export function followProduct(
  { call }: Session,
  first: AdminProduct,
  { onProduct, onState }: ProductFollower,
): () => void {
  let product = first;
  const show = (next: AdminProduct): void => {
    product = next;
    onProduct(next);
  };
  const endStream = followSale(first.id, { onView: (view) => show(merged(product, view)), onState });
  const endLooks = whileVisible(LOOK_EVERY_MS, async (signal) => {
    const answer = await call<AdminProduct>(`/admin/products/${first.id}`, { signal });
    if (answer.ok && !signal.aborted) show(answer.data);
  });
  return () => {
    endStream();
    endLooks();
  };
}

function merged(product: AdminProduct, { productId, productName, ...terms }: SaleView): AdminProduct {
  const { availableQuantity: available, soldQuantity: sold } = terms;
  return { ...product, ...terms, id: productId, name: productName, available, sold };
}
