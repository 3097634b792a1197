import {
  createFlashSale,
  type Clock,
  type FlashSale,
  type FlashSalePorts,
  type NewProduct,
  type Order,
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

/** A clock on which every wait is over at once. */
export function hurried(clock: Clock): Clock {
  let aheadMs = 0;
  return {
    now: () => clock.now() + aheadMs,
    sleep: async (ms) => {
      aheadMs += ms;
      await new Promise((resume) => setTimeout(resume, 0).unref());
    },
  };
}

/** Waits until `holds`, for ten seconds at most. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await holds()) return;
    await new Promise((resume) => setTimeout(resume, 10));
  }
  throw new Error(`never happened: ${what}`);
}

/** The counters of the hot stock, and its revision. */
export async function counts({ ports, productId }: Pick<Shop, "ports" | "productId">) {
  const epoch = (await ports.products.find(productId))?.epoch ?? 0;
  const status = await ports.inventory.status(productId, epoch);
  if (!status) throw new Error("no inventory is in service");
  const { totalQuantity, available, held, purchased, revision } = status;
  return { total: totalQuantity, available, held, purchased, revision };
}

/** The order that a purchase made. */
export function orderOf(outcome: PurchaseOutcome): Order {
  if (outcome.kind !== "purchased") throw new Error(`not purchased: ${told(outcome)}`);
  return outcome.order;
}

/** What a buyer was told, in a word. */
export function told(outcome: PurchaseOutcome): string {
  if (outcome.kind === "refused") return outcome.reason;
  if (outcome.kind === "purchased") return outcome.replayed ? "replayed" : "purchased";
  return outcome.kind;
}
