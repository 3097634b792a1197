import * as input from "../input.js";
import { toMinorUnits } from "../money.js";
import type { Product } from "../product.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import type { Products } from "../ports/products.js";
import type { Rebuild } from "./rebuild.js";

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

/** @throws InvalidRequest that names the field */
function checkProduct(product: NewProduct, id: string, nowMs: number): Product {
  const currency = product.currency ?? "USD";
  input.require(/^[A-Z]{3}$/.test(currency), "currency", "must be an ISO 4217 code of three capitals, such as USD");
  const saleStartAtMs = input.integer("saleStartAt", product.saleStartAtMs ?? nowMs, 0, LAST_INSTANT_MS);
  const saleEndAtMs = input.integer(
    "saleEndAt",
    product.saleEndAtMs ?? saleStartAtMs + TWO_HOURS_MS,
    0,
    LAST_INSTANT_MS,
  );
  input.require(saleEndAtMs > saleStartAtMs, "saleEndAt", "must be after saleStartAt");
  const { nameLength, descriptionLength, totalQuantity, perUserLimit } = input.LIMITS;
  return {
    id,
    name: input.text("name", product.name, 1, nameLength),
    description:
      product.description == null ? null : input.text("description", product.description, 0, descriptionLength),
    priceMinor: toMinorUnits(product.price, currency),
    currency,
    totalQuantity: input.integer("totalQuantity", product.totalQuantity, 1, totalQuantity),
    perUserLimit: input.integer("perUserLimit", product.perUserLimit ?? 1, 1, perUserLimit),
    saleStartAtMs,
    saleEndAtMs,
    createdAtMs: nowMs,
    revision: 0,
    epoch: 0,
  };
}

/**
 * Puts a product on sale: it is durable, and its stock is live in the hot store, when the answer comes. Where the hot store fails in
 * between, the product stands and the first question about it loads its stock.
 */
export const createProduct =
  (ports: { products: Products; rebuild: Rebuild; clock: Clock; ids: Ids }) =>
  async (input: NewProduct): Promise<Product> => {
    const product = checkProduct(input, ports.ids.next(), ports.clock.now());
    await ports.products.create(product);
    const loaded = await ports.rebuild(product.id);
    return { ...product, epoch: loaded?.epoch ?? 0 };
  };
