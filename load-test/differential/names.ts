import type { ProductRef } from "./operation.js";

/** What the numbers of a sequence name: new ids for every run, so that many sequences can share one database. */
export interface Names {
  readonly productIds: readonly [string, string];
  readonly firstCreatedAtMs: number;
  product(product: ProductRef): string;
  order(order: number): string;
  change(change: number): string;
}

const FIRST_PRODUCT = 0xf0_00_00_00;
const FIRST_CREATED_AT_MS = 1_500_000_000_000;
const CREATED_APART_MS = 100_000;

/**
 * `run` counts the runs of a lane. A later run's products come before those of all earlier ones by id, and are newer: then pages and
 * "newest" meet a sequence's own products first, and the others can be left out of an answer.
 */
export const namesOf = (lane: number, run: number): Names => {
  const hex = (number: number, length: number) => number.toString(16).padStart(length, "0");
  const uuid = (first: number, last: string) => `${hex(first, 8)}-${hex(lane, 4)}-7000-8000-${last.padStart(12, "0")}`;
  const productIds = [uuid(FIRST_PRODUCT - 2 * run, "0"), uuid(FIRST_PRODUCT - 2 * run + 1, "0")] as const;
  return {
    productIds,
    firstCreatedAtMs: FIRST_CREATED_AT_MS + run * CREATED_APART_MS,
    product: (product) => productIds[product],
    order: (order) => uuid(run, String(order)),
    change: (change) => uuid(run, `c${String(change)}`),
  };
};
