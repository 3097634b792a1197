import { UUID } from "@flash-sale/core";

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `90s`, `10m` or `2h` in milliseconds. Throws a sentence for people. */
export function duration(option: string): (value: string) => number {
  return (value) => {
    const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(value) ?? [];
    if (amount === undefined || (unit !== "s" && unit !== "m" && unit !== "h"))
      throw new Error(`${option} must be a time such as 90s, 10m or 2h, not "${value}".`);
    return Number(amount) * UNITS_MS[unit];
  };
}

/** A number that the option was really given, not the NaN of a word. */
export function decimal(option: string): (value: string) => number {
  return (value) => {
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`${option} must be a number, not "${value}".`);
    return Number(value);
  };
}

export function wholeNumber(option: string, min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new Error(`${option} must be a whole number from ${min} to ${max}, not "${value}".`);
    return number;
  };
}

/** Product ids, each once, in the one spelling of a UUID. */
export function productIds(values: readonly string[]): string[] {
  const wrong = values.find((value) => !UUID.test(value));
  if (wrong !== undefined) throw new Error(`"${wrong}" is no product id: a UUID is one.`);
  return [...new Set(values.map((value) => value.toLowerCase()))];
}
