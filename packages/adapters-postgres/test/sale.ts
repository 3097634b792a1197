import { randomUUID } from "node:crypto";
import type { CommitAnswer, OrderDraft, Orders, Product, Products } from "@flash-sale/core";

/** A product on sale at epoch 1, of an id of its own, so that tests need not clean up behind each other. */
export async function openSale(
  { products, orders }: { readonly products: Products; readonly orders: Orders },
  changes: Partial<Product> = {},
): Promise<Product> {
  const product: Product = {
    id: randomUUID(),
    name: "Console",
    description: null,
    priceMinor: 49_900,
    currency: "USD",
    totalQuantity: 1_000,
    perUserLimit: 1,
    saleStartAtMs: 1_700_000_000_000,
    saleEndAtMs: 1_700_007_200_000,
    createdAtMs: 1_700_000_000_000,
    revision: 0,
    epoch: 0,
    committed: 0,
    soldQuantity: 0,
    ...changes,
  };
  await products.create([product]);
  await orders.withLedger(product.id, (ledger) => ledger.moveEpoch(1));
  return { ...product, epoch: 1 };
}

/** A reservation of one unit by a buyer of its own. */
export function draft(
  product: Pick<Product, "id" | "priceMinor" | "currency">,
  changes: Partial<OrderDraft> = {},
): OrderDraft {
  const id = randomUUID();
  return {
    id,
    productId: product.id,
    epoch: 1,
    userId: `user-${id}`,
    quantity: 1,
    priceMinor: product.priceMinor,
    fingerprint: "1",
    admittedAtMs: 1_700_000_000_001,
    deadlineMs: 1_700_000_010_001,
    currency: product.currency,
    metadata: null,
    ...changes,
  };
}

/** An answer in one word: "created 3", "stands 3", "void limit", "conflict", "epoch-moved". */
export function told(answer: CommitAnswer | undefined): string {
  if (answer?.kind === "order") return `${answer.created ? "created" : "stands"} ${answer.order.number}`;
  return answer?.kind === "void" ? `void ${answer.cause}` : (answer?.kind ?? "none");
}
