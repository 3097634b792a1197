import { InvalidRequest } from "./faults.js";
import type { Metadata } from "./reservation.js";

/** What every way in accepts; HTTP and CLI state the same bounds. */
export const LIMITS = {
  nameLength: 200,
  descriptionLength: 5_000,
  totalQuantity: 100_000_000,
  /** Every order of a buyer is looked at when the buyer asks again. */
  perUserLimit: 100,
  metadataBytes: 4_096,
  keyLength: 64,
} as const;

/** Ids of products, orders and reservations, in either case of letters. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What a buyer's id may be. */
export const USER_ID = /^[A-Za-z0-9_.@:-]{1,64}$/;
/** What an idempotency key may be. */
export const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,64}$/;

/** U+0000 and lone surrogates: what PostgreSQL cannot keep in a text. */
const UNSTORABLE = /[\0\ud800-\udfff]/u;

/** Throws InvalidRequest with a sentence that names the field, unless `holds`. */
export function require(holds: boolean, field: string, sentence: string): asserts holds {
  if (!holds) throw new InvalidRequest(field, `${field} ${sentence}`);
}

/** A UUID in its one spelling, lower case. */
export function uuid(field: string, value: string): string {
  require(UUID.test(value), field, "must be a UUID");
  return value.toLowerCase();
}

export function integer(field: string, value: number, min: number, max: number): number {
  require(Number.isSafeInteger(value) &&
    value >= min &&
    value <= max, field, `must be a whole number from ${min} to ${max}`);
  return value;
}

export function text(field: string, value: string, min: number, max: number): string {
  require(value.length >= min && value.length <= max, field, `must have ${min} to ${max} characters`);
  require(!UNSTORABLE.test(value), field, "must be well-formed text without U+0000");
  return value;
}

/** What is kept must be what was sent: JSON has numbers that do not survive being read. */
function isExact(value: unknown): boolean {
  return (
    typeof value !== "number" || Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  );
}

/** @throws InvalidRequest for what an order cannot keep */
export function metadata(value: Metadata | undefined): Metadata | null {
  if (value === undefined) return null;
  require(typeof value === "object" && value !== null && !Array.isArray(value), "metadata", "must be an object");
  const json = jsonOf(value);
  // Every UTF-16 unit is at most 3 bytes of UTF-8: only long texts are worth an exact count.
  require(json !== null, "metadata", "must be at most 4 KiB of JSON");
  require(json.length * 3 <= LIMITS.metadataBytes ||
    utf8Length(json) <= LIMITS.metadataBytes, "metadata", "must be at most 4 KiB of JSON");
  return value;
}

/** Null where the value is nested too deep, or in a circle. */
function jsonOf(value: Metadata): string | null {
  try {
    return JSON.stringify(value, (key, inner: unknown) => {
      const storable = !UNSTORABLE.test(key) && !(typeof inner === "string" && UNSTORABLE.test(inner));
      require(storable, "metadata", "must be well-formed text without U+0000");
      require(isExact(inner), "metadata", "must not hold a number whose digits would be lost");
      return inner;
    });
  } catch (fault) {
    if (fault instanceof InvalidRequest) throw fault;
    return null;
  }
}

function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
