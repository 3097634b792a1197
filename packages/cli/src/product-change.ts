import { toDecimal, toMinorUnits, type Product, type ProductChange } from "@flash-sale/core";

type Value = string | number | null;

/** What a change makes of one fact of a product, as people read it. */
export interface Difference {
  readonly field: string;
  readonly from: Value;
  readonly to: Value;
}

/** The facts that a change gives another value, one by one. @throws InvalidRequest for a price that the currency does not have */
export function differencesOf(product: Product, change: ProductChange): Difference[] {
  const { currency } = product;
  const price = (minor: number) => toDecimal(minor, currency);
  const rows: (readonly [field: string, from: Value, to: Value | undefined])[] = [
    ["name", product.name, change.name],
    ["description", product.description, change.description],
    [
      "price",
      price(product.priceMinor),
      change.price === undefined ? undefined : price(toMinorUnits(change.price, currency)),
    ],
    ["totalQuantity", product.totalQuantity, change.totalQuantity],
    ["perUserLimit", product.perUserLimit, change.perUserLimit],
    ["saleStartAt", timeOf(product.saleStartAtMs), timeOf(change.saleStartAtMs)],
    ["saleEndAt", timeOf(product.saleEndAtMs), timeOf(change.saleEndAtMs)],
  ];
  return rows.flatMap(([field, from, to]) => (to === undefined || to === from ? [] : [{ field, from, to }]));
}

function timeOf(ms: number): string;
function timeOf(ms: number | undefined): string | undefined;
function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** What a change takes away from those who come to buy, in words; empty where it takes nothing. */
export function lossesOf(product: Product, { totalQuantity, saleEndAtMs }: ProductChange): string[] {
  const losses: string[] = [];
  if (totalQuantity !== undefined && totalQuantity < product.totalQuantity)
    losses.push(`lowers the total from ${product.totalQuantity} to ${totalQuantity}`);
  if (saleEndAtMs !== undefined && saleEndAtMs < product.saleEndAtMs)
    losses.push(`ends the sale on ${timeOf(saleEndAtMs)}, not on ${timeOf(product.saleEndAtMs)}`);
  return losses;
}
