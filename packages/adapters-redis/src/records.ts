import type { BuyerOrder, Reservation } from "@flash-sale/core";
import { integer, UnknownReply } from "./replies.js";

/** Ids go into records between spaces and commas, and may hold anything else. */
export function recordable(id: string): string {
  if (id === "" || /[ ,]/.test(id))
    throw new Error(`an id must not be empty nor hold a space or a comma: ${JSON.stringify(id)}`);
  return id;
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
    id,
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
  return record.split(",").map((entry) => {
    const [, id, units] = /^(.+):(\d+)$/s.exec(entry) ?? [];
    if (id === undefined) throw new UnknownReply("a buyer's orders", record);
    return { id, units: integer(units) };
  });
}
