import type { BuyerOrder, Reservation } from "@flash-sale/core";
import { integer, UnknownReply } from "./replies.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Says that the rest is a UUID's bytes, in base64url (RFC 4648, section 5). */
const SHORTENED = "~";
/** Of the UUID at hand: a new buffer each time costs as much as all else. */
const bytes = Buffer.alloc(16);

/**
 * An order's, reservation's or change's id as it stands in Redis: a UUID in 23 characters instead of 36, since a buyer's record
 * then takes 16 bytes less; any other id as it is.
 */
export function encodeId(id: string): string {
  if (!UUID.test(id)) return id;
  bytes.write(id.slice(0, 8) + id.slice(9, 13) + id.slice(14, 18) + id.slice(19, 23) + id.slice(24), "hex");
  return SHORTENED + bytes.toString("base64url");
}

export function decodeId(text: string): string {
  if (!text.startsWith(SHORTENED)) return text;
  if (!/^~[\w-]{22}$/.test(text)) throw new UnknownReply("an id", text);
  bytes.write(text.slice(SHORTENED.length), "base64url");
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** An id for a record, where ids stand between spaces and commas. */
export function recordable(id: string): string {
  const text = encodeId(id);
  if (text === "" || (text === id && /^~|[ ,]/.test(id)))
    throw new Error(`an id must not be empty, begin with ~ nor hold a space or a comma: ${JSON.stringify(id)}`);
  return text;
}

/** The empty field is the sentinel that says that a key is whole. */
export function buyerField(userId: string): string {
  if (userId === "") throw new Error("a user id must not be empty");
  return userId;
}

/** "reservation quantity price admittedAt deadline fingerprint", as hold.lua writes it. The fingerprint may hold any character. */
export function decodeHold(productId: string, epoch: number, userId: string, record: string): Reservation {
  const [, id, quantity, price, admittedAt, deadline, fingerprint] =
    /^([^ ]+) (\d+) (\d+) (\d+) (\d+) (.*)$/s.exec(record) ?? [];
  if (id === undefined || fingerprint === undefined) throw new UnknownReply("a hold", record);
  return {
    id: decodeId(id),
    productId,
    epoch,
    userId,
    quantity: integer(quantity),
    priceMinor: integer(price),
    fingerprint,
    admittedAtMs: integer(admittedAt),
    deadlineMs: integer(deadline),
  };
}

/** "order:units,order:units". Ids may hold a colon: the last one counts. */
export function encodeOrders(orders: readonly BuyerOrder[]): string {
  return orders.map(({ id, units }) => `${recordable(id)}:${units}`).join(",");
}

export function decodeOrders(record: string): BuyerOrder[] {
  if (record === "") return [];
  return record.includes(",") ? record.split(",").map(decodeOrder) : [decodeOrder(record)];
}

function decodeOrder(entry: string): BuyerOrder {
  const colon = entry.lastIndexOf(":");
  if (colon < 1) throw new UnknownReply("a buyer's orders", entry);
  return { id: decodeId(entry.slice(0, colon)), units: integer(entry.slice(colon + 1)) };
}
