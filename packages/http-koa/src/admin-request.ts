import type { OrderPlace, ProductChange } from "@flash-sale/core";
import { z } from "zod";
import type { ApiContext } from "./api.js";
import { CURSOR_LENGTH, placeOfOrder, placeOfProduct } from "./cursor.js";
import { productFields, queryOf, read, toMs, userId, uuid } from "./request.js";

/** What admins may send, beside a new product. One schema a body or query: it validates here, and describes it in the API's document. */

export const productChangeBody = z
  .strictObject(productFields)
  .partial()
  .refine((change) => Object.keys(change).length > 0, `must change something: ${Object.keys(productFields).join(", ")}`)
  .meta({ minProperties: 1 });

export const reconcileBody = z.strictObject({
  fix: z
    .boolean("must be true or false")
    .optional()
    .meta({ description: "Repairs what is found. Left out, it is only looked for." }),
});

export const emptyBody = z.strictObject({});

const wholeNumber = (min: number, max: number, fallback?: number) => {
  const sentence = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,16}$/, sentence)
    .transform(Number)
    .pipe(z.int(sentence).min(min, sentence).max(max, sentence))
    .meta({ type: "integer", minimum: min, maximum: max, ...(fallback !== undefined && { default: fallback }) });
};

const cursorOf = <Place>(placeOf: (cursor: string) => Place | null) =>
  z
    .string()
    .transform((cursor, ctx) => {
      const place = placeOf(cursor);
      if (place !== null) return place;
      ctx.addIssue({ code: "custom", message: "must be the nextCursor of an earlier page" });
      return z.NEVER;
    })
    .meta({
      type: "string",
      maxLength: CURSOR_LENGTH,
      pattern: "^[A-Za-z0-9_-]+$",
      description: "The `nextCursor` of the page before.",
    });

const PRODUCTS_A_PAGE = 50;
const ORDERS_A_PAGE = 100;

export const productsQuery = z.strictObject({
  cursor: cursorOf(placeOfProduct).optional(),
  limit: wholeNumber(1, 200, PRODUCTS_A_PAGE).default(PRODUCTS_A_PAGE),
});

export const ordersQuery = z
  .strictObject({
    productId: uuid.toLowerCase().optional(),
    userId: userId.optional(),
    cursor: cursorOf<OrderPlace>(placeOfOrder).optional(),
    limit: wholeNumber(1, 1_000, ORDERS_A_PAGE).default(ORDERS_A_PAGE),
    after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({ description: "Orders of `productId` with a greater number. Not together with `cursor`." }),
  })
  .refine(({ after, productId }) => after === undefined || productId !== undefined, {
    path: ["after"],
    error: "needs productId: numbers are counted a product",
  })
  .refine(({ after, cursor }) => after === undefined || cursor === undefined, {
    path: ["after"],
    error: "cannot be given together with cursor: each says where to go on",
  })
  .refine(({ cursor, productId }) => !cursor || !productId || cursor.productId === productId, {
    path: ["cursor"],
    error: "is of another product than productId",
  });

export function toProductChange({
  saleStartAt,
  saleEndAt,
  ...change
}: z.infer<typeof productChangeBody>): ProductChange {
  return { ...change, saleStartAtMs: toMs(saleStartAt), saleEndAtMs: toMs(saleEndAt) };
}

const emptyQuery = z.strictObject({});

/** A parameter that a route does not know is refused: its sender believes that it does something. */
export function noQuery(ctx: ApiContext): void {
  read(emptyQuery, queryOf(ctx), "query parameter");
}
