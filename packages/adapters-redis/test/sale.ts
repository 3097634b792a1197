import { randomUUID } from "node:crypto";
import type { HoldRequest } from "@flash-sale/core";
import { inventoryKeys, type InventoryKeys } from "#src/keys.js";
import { serverTime, type TestRedis } from "./redis.js";

export interface Sale {
  readonly productId: string;
  readonly keys: InventoryKeys;
  request(userId: string, asked?: Partial<HoldRequest>): HoldRequest;
  /** What the keys hold, byte by byte, of whatever type. */
  dump(): Promise<unknown>;
}

interface OpenSaleOptions {
  readonly epoch?: number;
  readonly total?: number;
  readonly perUserLimit?: number;
  /** False: its buyers are still to be taught. */
  readonly taught?: boolean;
}

/** An inventory of its own, in service: 10 units, 2 a buyer, unless told otherwise. */
export async function openSale(
  { client, adapters }: TestRedis,
  { epoch = 1, total = 10, perUserLimit = 2, taught = true }: OpenSaleOptions = {},
): Promise<Sale> {
  const productId = randomUUID();
  const nowMs = await serverTime(client);
  const window = { saleStartAtMs: nowMs - 1_000, saleEndAtMs: nowMs + 3_600_000 };
  const terms = { totalQuantity: total, priceMinor: 4_999, perUserLimit, revision: 0, ...window };
  await adapters.loading.load(productId, epoch, terms, 0);
  if (taught) await adapters.loading.finishTeaching(productId, epoch);
  const keys = inventoryKeys(productId, epoch);
  return {
    productId,
    keys,
    request: (userId, asked = {}) => ({
      productId,
      epoch,
      reservationId: randomUUID(),
      userId,
      quantity: 1,
      fingerprint: "1",
      expectedPriceMinor: null,
      ...asked,
    }),
    dump: () => Promise.all(Object.values(keys).map((key: string) => client.dumpBuffer(key))),
  };
}
