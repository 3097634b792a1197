import { InvalidRequest } from "./faults.js";

/** Decimals of the currencies of ISO 4217 that do not have two. A table, not `Intl`: CLDR differs from ISO for some. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...[
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
  ].map((code) => [code, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((code) => [code, 3] as const),
  ...["CLF", "UYW"].map((code) => [code, 4] as const),
]);

/** The largest price of one unit, in minor units: times the largest quantity it is still a safe integer. */
export const MAX_PRICE_MINOR = 100_000_000_000;

/** How many decimals a currency has: 2 for USD, none for JPY, 3 for KWD. */
export function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? 2;
}

/**
 * 49.99 USD is 4999. Works on the number's shortest decimal text, so that no rounding ever happens.
 * @throws InvalidRequest for negative or too large prices, and for more decimals than the currency has
 */
export function toMinorUnits(price: number, currency: string, field = "price"): number {
  const decimals = decimalsOf(currency);
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(String(price)) ?? [];
  if (whole === undefined) throw new InvalidRequest(field, `${field} must be a decimal number of 0 or more`);
  if (fraction.length > decimals) {
    throw new InvalidRequest(field, `${field} has more decimals than ${currency} has (${decimals})`);
  }
  const minor = Number(whole + fraction.padEnd(decimals, "0"));
  if (minor > MAX_PRICE_MINOR) {
    throw new InvalidRequest(field, `${field} must be at most ${toDecimal(MAX_PRICE_MINOR, currency)} ${currency}`);
  }
  return minor;
}

/** 4999 minor units of USD are 49.99: the number nearest to the exact decimal, which prints as that decimal. */
export function toDecimal(minor: number, currency: string): number {
  return Number(`${minor}e-${decimalsOf(currency)}`);
}
