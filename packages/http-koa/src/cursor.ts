import { UUID, type OrderPlace } from "@flash-sale/core";

/** Places in the lists, as callers carry them from page to page: words without a meaning to them, checked when they come back. */

/** No cursor is longer. */
export const CURSOR_LENGTH = 96;

export function productCursor(productId: string): string {
  return written(`p ${productId}`);
}

export function orderCursor({ productId, number }: OrderPlace): string {
  return written(`o ${productId} ${number}`);
}

/** Null for what no page of products gave. */
export function placeOfProduct(cursor: string): string | null {
  const [kind, productId = "", ...rest] = read(cursor);
  return kind === "p" && UUID.test(productId) && rest.length === 0 ? productId : null;
}

/** Null for what no page of orders gave. */
export function placeOfOrder(cursor: string): OrderPlace | null {
  const [kind, productId = "", number = "", ...rest] = read(cursor);
  const whole = kind === "o" && UUID.test(productId) && /^[1-9]\d{0,14}$/.test(number) && rest.length === 0;
  return whole ? { productId, number: Number(number) } : null;
}

function written(place: string): string {
  return Buffer.from(place).toString("base64url");
}

/** Decoding passes over what is no base64url: only what comes out the same when written again was given by a page. */
function read(cursor: string): string[] {
  const place = Buffer.from(cursor, "base64url").toString("latin1");
  return written(place) === cursor ? place.split(" ") : [];
}
