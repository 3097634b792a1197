import { InvalidRequest, StoreUnavailable } from "../faults.js";
import * as input from "../input.js";
import { toMinorUnits } from "../money.js";
import type { Product } from "../product.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import type { InventoryLoading } from "../ports/inventory.js";
import type { Products } from "../ports/products.js";
import type { Rebuild } from "./rebuild.js";

/** A product to be put on sale. */
export interface NewProduct {
  readonly name: string;
  readonly description?: string | null | undefined;
  /** Of one unit, in `currency`: 49.99. Not more decimals than the currency has. */
  readonly price: number;
  /** ISO 4217. Default USD. */
  readonly currency?: string | undefined;
  readonly totalQuantity: number;
  /** Units one buyer may own. Default 1. */
  readonly perUserLimit?: number | undefined;
  /** Default: now. */
  readonly saleStartAtMs?: number | undefined;
  /** Default: two hours after the start. */
  readonly saleEndAtMs?: number | undefined;
}

const TWO_HOURS_MS = 2 * 60 * 60 * 1000;
/** 9999-12-31T23:59:59.999Z: the last instant that ISO 8601 writes with four digits of year. */
const LAST_INSTANT_MS = 253_402_300_799_999;

/** What every product must hold to, new or changed. @throws InvalidRequest that names the field */
export function checkFacts(product: Omit<Product, "id" | "currency" | "priceMinor">): void {
  const { nameLength, descriptionLength, totalQuantity, perUserLimit } = input.LIMITS;
  input.text("name", product.name, 1, nameLength);
  if (product.description !== null) input.text("description", product.description, 0, descriptionLength);
  input.integer("totalQuantity", product.totalQuantity, 1, totalQuantity);
  input.integer("perUserLimit", product.perUserLimit, 1, perUserLimit);
  for (const [field, instantMs] of [
    ["saleStartAt", product.saleStartAtMs],
    ["saleEndAt", product.saleEndAtMs],
  ] as const) {
    const holds = Number.isSafeInteger(instantMs) && instantMs >= 0 && instantMs <= LAST_INSTANT_MS;
    input.require(holds, field, "must be a time from 1970 to 9999");
  }
  input.require(product.saleEndAtMs > product.saleStartAtMs, "saleEndAt", "must be after saleStartAt");
}

/** @throws InvalidRequest that names the field */
function productOf(product: NewProduct, id: string, nowMs: number): Product {
  const currency = product.currency ?? "USD";
  input.require(/^[A-Z]{3}$/.test(currency), "currency", "must be an ISO 4217 code of three capitals, such as USD");
  const saleStartAtMs = product.saleStartAtMs ?? nowMs;
  const created = {
    id,
    name: product.name,
    description: product.description ?? null,
    priceMinor: toMinorUnits(product.price, currency),
    currency,
    totalQuantity: product.totalQuantity,
    perUserLimit: product.perUserLimit ?? 1,
    saleStartAtMs,
    saleEndAtMs: product.saleEndAtMs ?? saleStartAtMs + TWO_HOURS_MS,
    createdAtMs: nowMs,
    revision: 0,
    epoch: 0,
    committed: 0,
    soldQuantity: 0,
  };
  checkFacts(created);
  return created;
}

/** @throws InvalidRequest that names the field, and in `details.index` the product, from 0 */
function checkAll(products: readonly NewProduct[], ids: Ids, nowMs: number): Product[] {
  return products.map((product, index) => {
    try {
      return productOf(product, ids.next(), nowMs);
    } catch (fault) {
      if (!(fault instanceof InvalidRequest)) throw fault;
      throw new InvalidRequest(fault.field, fault.message, { ...fault.details, index });
    }
  });
}

/** Inventories that are loaded at once. */
const LOADS_AT_ONCE = 8;

/**
 * Puts products on sale, all or none: they are durable, and their stock is live in the hot store, when the answer comes. Where the hot
 * store fails in between, the products stand, and the first question about one, or housekeeping, loads its stock.
 */
export const createProducts =
  (ports: { products: Products; loading: InventoryLoading; rebuild: Rebuild; clock: Clock; ids: Ids }) =>
  async (wishes: readonly NewProduct[]): Promise<Product[]> => {
    const created = checkAll(wishes, ports.ids, ports.clock.now());
    // Asked first: what is created while the hot store is away goes on sale by itself, and its maker would create it again.
    if (created[0]) await ports.loading.lastEpoch(created[0].id);
    await ports.products.create(created);

    const epochs = new Map<string, number>();
    const waiting = created.values();
    await Promise.all(Array.from({ length: LOADS_AT_ONCE }, loadTheNext));
    return created.map((product) => ({ ...product, epoch: epochs.get(product.id) ?? 0 }));

    async function loadTheNext(): Promise<void> {
      for (const { id } of waiting) epochs.set(id, await load(id));
    }

    async function load(id: string): Promise<number> {
      try {
        return (await ports.rebuild(id))?.epoch ?? 0;
      } catch (fault) {
        // The products stand, whatever became of their inventory.
        throw fault instanceof StoreUnavailable
          ? new StoreUnavailable(fault.store, "unknown", { cause: fault })
          : fault;
      }
    }
  };
