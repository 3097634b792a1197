import type { SaleTerms } from "../product.js";
import type { HoldAnswer, HoldRequest, Inventory, InventoryLoading, InventoryStatus } from "../ports/inventory.js";
import type { Reservation } from "../reservation.js";
import { expect, expectEqual } from "./case.js";

/** What the suites of Inventory, InventoryLoading and Admission need of a store. */
export interface InventoryHarness {
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  /** Life of a hold. A few hundred milliseconds, where passing time means waiting. */
  readonly lockTtlMs: number;
  /** An id of a product that no case had before. */
  newProductId(): string;
  /** The hot store's clock. */
  now(): Promise<number>;
  /** Lets time pass by the hot store's clock. */
  pass(ms: number): Promise<void>;
}

/** An inventory in service, and short words for what the cases ask of it. */
export interface Stock {
  readonly productId: string;
  readonly epoch: number;
  request(userId: string, id: string, asked?: Partial<HoldRequest>): HoldRequest;
  status(): Promise<InventoryStatus>;
  /** The counters, after a check that they and the holds agree. */
  counters(): Promise<{ available: number; held: number; purchased: number }>;
  /** Does something, and checks that it changed neither counters nor holds. */
  unchanged<T>(what: string, work: () => Promise<T>): Promise<T>;
}

const HOUR_MS = 3_600_000;

/** 10 units at 4999, 2 a buyer, on sale for an hour, unless told otherwise. */
export async function putOnSale(
  harness: InventoryHarness,
  terms: Partial<SaleTerms> = {},
  life: { productId?: string; epoch?: number; committed?: number } = {},
): Promise<Stock> {
  const { inventory, loading } = harness;
  const { productId = harness.newProductId(), epoch = 1, committed = 0 } = life;
  const nowMs = await harness.now();
  const window = { saleStartAtMs: nowMs - HOUR_MS, saleEndAtMs: nowMs + HOUR_MS };
  const sale = { totalQuantity: 10, priceMinor: 4_999, perUserLimit: 2, revision: 0, ...window, ...terms };
  expectEqual(await loading.load(productId, epoch, sale, committed), "loaded", "load");
  // A first life has no earlier buyers.
  if (epoch === 1 && committed === 0) await loading.finishTeaching(productId, epoch);

  async function audit() {
    const found = await inventory.audit(productId, epoch);
    expect(found !== null, "the inventory is in service");
    return found;
  }

  async function counters() {
    const { status, holds } = await audit();
    const { available, held, purchased, totalQuantity } = status;
    expectEqual(available + held + purchased, totalQuantity, "available + held + purchased is the total");
    expectEqual(sum(holds.map(({ quantity }) => quantity)), held, "the holds add up to the units held");
    expect(new Set(holds.map(({ userId }) => userId)).size === holds.length, "a buyer has one hold at most", holds);
    expect(available >= 0, "stock is never below nothing", available);
    return { available, held, purchased };
  }

  return {
    productId,
    epoch,
    request: (userId, id, asked = {}) => ({
      productId,
      epoch,
      reservationId: id,
      userId,
      quantity: 1,
      fingerprint: `of ${id}`,
      expectedPriceMinor: null,
      ...asked,
    }),
    status: async () => (await audit()).status,
    counters,
    async unchanged(what, work) {
      const before = await snapshot();
      const result = await work();
      expectEqual(await snapshot(), before, `${what} changes nothing`);
      return result;
    },
  };

  async function snapshot() {
    const { holds } = await audit();
    return { ...(await counters()), holds: [...holds].sort((a, b) => (a.userId < b.userId ? -1 : 1)) };
  }
}

/** A UUID that is as good as any. */
export function id(number: number): string {
  return `0190a6f4-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

export function heldBy(answer: HoldAnswer): Reservation {
  expect(answer.kind === "held", "units are held", answer);
  return answer.reservation;
}

export function expectRefused(answer: HoldAnswer, reason: string): Extract<HoldAnswer, { kind: "refused" }> {
  expect(answer.kind === "refused" && answer.reason === reason, `refused as ${reason}`, answer);
  return answer;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
