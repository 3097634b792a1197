import { UUID } from "@flash-sale/core";

/** Reads the text of an option; throws a sentence for people. */
type Read<T> = (value: string) => T;

interface OptionType<T> {
  readonly type: "string";
  readonly requiresArg: true;
  readonly describe: string;
  readonly defaultDescription?: string;
  readonly coerce: (value: string | string[] | undefined) => T | undefined;
}

/** An option that `read` understands, or wrong usage; undefined where it is not given, which means `byDefault`. */
export function option<T>(
  describe: string,
  name: string,
  read: (name: string) => Read<T>,
  byDefault?: string,
): OptionType<T> {
  return {
    type: "string",
    requiresArg: true,
    describe,
    ...(byDefault !== undefined && { defaultDescription: byDefault }),
    coerce: (value) => {
      if (Array.isArray(value)) throw new Error(`${name} is given twice.`);
      return value === undefined ? undefined : read(name)(value);
    },
  };
}

export const DRY_RUN = {
  type: "boolean",
  default: false,
  describe: "Say what would be done, and change nothing",
} as const;

/** For what takes something away. Where nobody can be asked, scripts go on as they always did. */
export const YES = { type: "boolean", default: false, describe: "Do not ask" } as const;

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** `90s`, `10m` or `2h` in milliseconds. */
export const duration =
  (name: string): Read<number> =>
  (value) => {
    const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(value) ?? [];
    if (amount === undefined || (unit !== "s" && unit !== "m" && unit !== "h"))
      throw new Error(`${name} must be a time such as 90s, 10m or 2h, not "${value}".`);
    return Number(amount) * UNITS_MS[unit];
  };

/** A duration that passes. */
export const interval =
  (name: string): Read<number> =>
  (value) => {
    const ms = duration(name)(value);
    if (ms === 0) throw new Error(`${name} must be 1s or more, not "${value}".`);
    return ms;
  };

/** A number that the option was really given, not the NaN of a word. */
export const decimal =
  (name: string): Read<number> =>
  (value) => {
    if (!/^\d+(\.\d+)?$/.test(value)) throw new Error(`${name} must be a number, not "${value}".`);
    return Number(value);
  };

export const wholeNumber =
  (min: number, max: number) =>
  (name: string): Read<number> =>
  (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max))
      throw new Error(`${name} must be a whole number from ${min} to ${max}, not "${value}".`);
    return number;
  };

export const text = (): Read<string> => (value) => value;

/** 2030-01-31T18:00Z: without its offset a time means another instant on another machine. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant in milliseconds since 1970. */
export const instant =
  (name: string): Read<number> =>
  (value) => {
    const [, day = ""] = INSTANT.exec(value) ?? [];
    const ms = Date.parse(value);
    // The 30th of February would be taken for the 2nd of March.
    if (Number.isNaN(ms) || !new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day))
      throw new Error(`${name} must be a time with its offset, such as 2030-01-31T18:00:00Z, not "${value}".`);
    return ms;
  };

/** Ids, each once, in the one spelling of a UUID. */
const ids =
  (what: string) =>
  (values: readonly string[]): string[] => {
    const wrong = values.find((value) => !UUID.test(value));
    if (wrong !== undefined) throw new Error(`"${wrong}" is no ${what} id: a UUID is one.`);
    return [...new Set(values.map((value) => value.toLowerCase()))];
  };

export const productIds = ids("product");
export const orderIds = ids("order");

/** One product's id, or none. */
export function productId(value: string | undefined): string | undefined {
  return value === undefined ? undefined : productIds([value])[0];
}
