import {
  createFlashSale,
  type FlashSale,
  type FlashSalePorts,
  type NewProduct,
  type PurchaseOutcome,
} from "@flash-sale/core";
import { createMemoryAdapters, systemClock } from "@flash-sale/core/memory";

export interface Shop {
  readonly sale: FlashSale;
  readonly ports: FlashSalePorts;
  /** The product on sale. */
  readonly productId: string;
  /** Turns the time forward. */
  pass(ms: number): void;
  buy(
    userId: string,
    facts?: { key?: string; quantity?: number; metadata?: Record<string, unknown> },
  ): Promise<PurchaseOutcome>;
  close(): Promise<void>;
}

/** A shop in memory with one product on sale. `change` puts ports of the test's own in place of the in-memory ones. */
export async function openShop(
  product: Partial<NewProduct> = {},
  change: (ports: FlashSalePorts) => Partial<FlashSalePorts> = () => ({}),
): Promise<Shop> {
  let passedMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + passedMs };
  const memory = createMemoryAdapters({ clock });
  const ports = { ...memory, ...change(memory) };
  const sale = createFlashSale(ports);
  const { id } = await sale.createProduct({ name: "Console", price: 49.99, totalQuantity: 10, ...product });
  return {
    sale,
    ports,
    productId: id,
    pass: (ms) => (passedMs += ms),
    buy: (userId, { key, ...facts } = {}) => sale.purchase({ productId: id, userId, idempotencyKey: key, ...facts }),
    close: () => sale.close(),
  };
}

/** What a buyer was told, in a word. */
export function told(outcome: PurchaseOutcome): string {
  if (outcome.kind === "refused") return outcome.reason;
  if (outcome.kind === "purchased") return outcome.replayed ? "replayed" : "purchased";
  return outcome.kind;
}
