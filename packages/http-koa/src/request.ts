import {
  checkMetadata,
  IDEMPOTENCY_KEY,
  InvalidRequest,
  LIMITS,
  MAX_PRICE_MINOR,
  type Metadata,
  type NewProduct,
  toDecimal,
  USER_ID,
  UUID,
} from "@flash-sale/core";
import { z } from "zod";
import type { ApiContext } from "./api.js";
import { shown } from "./json-body.js";

/** What callers may send. One schema a body: it validates here, and describes the body in the API's document. */

const missingOr = (sentence: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined ? "is missing" : sentence),
});
export const uuid = z
  .string(missingOr("must be a UUID"))
  .regex(UUID, missingOr("must be a UUID"))
  // The pattern ignores case, which JSON Schema cannot say.
  .meta({ format: "uuid", pattern: "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$" });
export const userId = z
  .string(missingOr("must be a text"))
  .regex(USER_ID, missingOr("must be 1 to 64 characters of A-Z a-z 0-9 _ . @ : -"))
  .meta({ minLength: 1, maxLength: 64, description: "The buyer.", examples: ["user-42"] });
const amount = z
  .number(missingOr("must be a decimal number of 0 or more"))
  .min(0, missingOr("must be a decimal number of 0 or more"))
  .max(MAX_PRICE_MINOR, missingOr(`must be at most ${MAX_PRICE_MINOR} of the currency's smallest units`));
const quantityUpTo = (max: number) => {
  const sentence = missingOr(`must be a whole number from 1 to ${max}`);
  return z.int(sentence).min(1, sentence).max(max, sentence);
};
const textOf = (min: number, max: number, sentence: string) => {
  const length = `must have ${min} to ${max} characters`;
  return z.string(missingOr(sentence)).min(min, length).max(max, length);
};
const instant = z.iso.datetime({
  offset: true,
  ...missingOr("must be an ISO 8601 time with its offset, such as 2030-01-31T18:00:00Z"),
});

/** The core's own check, so that a body is refused for it before anybody asks who the buyer is. */
const metadata = z.unknown().superRefine((value, { addIssue }) => {
  try {
    checkMetadata(value as Metadata);
  } catch (fault) {
    if (!(fault instanceof InvalidRequest)) throw fault;
    addIssue({ code: "custom", message: fault.message.replace(/^metadata /, "") });
  }
}) as z.ZodType<Metadata>;

export const purchaseBody = z.strictObject({
  productId: uuid,
  quantity: quantityUpTo(LIMITS.totalQuantity).optional().meta({ description: "Units; 1 where it is left out." }),
  userId: userId.optional(),
  expectedPrice: amount.optional().meta({
    description: "Of one unit. Where the price is another one, nothing is sold (`PRICE_CHANGED`).",
    examples: [49.99],
  }),
  metadata: metadata.optional().meta({
    type: "object",
    description: `Kept with the order; at most ${LIMITS.metadataBytes} bytes of JSON in UTF-8, without U+0000.`,
    examples: [{ source: "app" }],
  }),
});

/** What a product is made of, and what can be changed of it. */
export const productFields = {
  name: textOf(1, LIMITS.nameLength, "must be a text").meta({
    description: "Well-formed text without U+0000. Its length counts UTF-16 units.",
    examples: ["Console"],
  }),
  description: textOf(0, LIMITS.descriptionLength, "must be a text or null")
    .nullable()
    .meta({
      description: "Well-formed text without U+0000. Its length counts UTF-16 units.",
      examples: ["The new one"],
    }),
  price: amount.meta({
    description:
      `Of one unit, with no more decimals than the currency has; at most ${MAX_PRICE_MINOR} of its smallest units: ` +
      `${toDecimal(MAX_PRICE_MINOR, "USD")} USD, ${MAX_PRICE_MINOR} JPY, ${toDecimal(MAX_PRICE_MINOR, "KWD")} KWD.`,
    examples: [49.99],
  }),
  totalQuantity: quantityUpTo(LIMITS.totalQuantity).meta({ description: "Units of the sale.", examples: [200] }),
  perUserLimit: quantityUpTo(LIMITS.perUserLimit).meta({ description: "Units one buyer may own.", examples: [1] }),
  saleStartAt: instant.meta({ description: "The sale is open from this instant, included. From 1970 to 9999." }),
  saleEndAt: instant.meta({ description: "The sale is closed from this instant on. After the start, to 9999." }),
};

/** The body of a product to create. */
export const newProductBody = z.strictObject({
  name: productFields.name,
  description: productFields.description.optional(),
  price: productFields.price,
  currency: z
    .string(missingOr("must be an ISO 4217 code of three capitals, such as USD"))
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code of three capitals, such as USD")
    .optional()
    .meta({ description: "ISO 4217; USD where it is left out. It never changes.", examples: ["USD"] }),
  totalQuantity: productFields.totalQuantity,
  perUserLimit: productFields.perUserLimit.optional(),
  saleStartAt: productFields.saleStartAt.optional(),
  saleEndAt: productFields.saleEndAt.optional(),
});

/** @throws InvalidRequest whose sentence names every field that is wrong */
export function read<Body>(schema: z.ZodType<Body>, body: unknown, word: "field" | "query parameter" = "field"): Body {
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const { issues } = found.error;
  const sentences = issues.slice(0, 5).map((issue) => sentenceOf(issue, word));
  throw new InvalidRequest(fieldOf(issues[0]), sentences.join("; "));
}

function fieldOf(issue: z.core.$ZodIssue | undefined): string {
  const name = issue?.code === "unrecognized_keys" ? issue.keys[0] : issue?.path[0];
  return typeof name === "string" ? name.slice(0, 64) : "body";
}

function sentenceOf(issue: z.core.$ZodIssue, word: string): string {
  if (issue.code === "unrecognized_keys") return `Unknown ${word} ${issue.keys.slice(0, 5).map(shown).join(", ")}`;
  if (issue.path.length > 0) return `${issue.path.join(".")} ${issue.message}`;
  // What a schema says of the body as a whole is said by itself: of what is no object it cannot be asked.
  return issue.code === "custom" ? issue.message : "The body must be a JSON object";
}

/** The same in the core's words: times as numbers. */
export function toNewProduct(body: z.infer<typeof newProductBody>): NewProduct {
  const { saleStartAt, saleEndAt, ...product } = body;
  return { ...product, saleStartAtMs: toMs(saleStartAt), saleEndAtMs: toMs(saleEndAt) };
}

export function toMs(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant);
}

/** A request header. One that comes twice is refused: Node joins the values with a comma, and a gateway may have looked at one of them. */
export function header({ req }: ApiContext, name: string): string | undefined {
  const value = req.headers[name];
  if (typeof value !== "string") return undefined;
  if (value.includes(",") && (req.headersDistinct[name]?.length ?? 1) > 1)
    throw new InvalidRequest(name, `The header ${name} is given twice`);
  return value;
}

/** Checked with the body, before anybody asks who the buyer is. */
export function idempotencyKey(ctx: ApiContext): string | undefined {
  const key = header(ctx, "idempotency-key");
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key))
    throw new InvalidRequest("Idempotency-Key", "Idempotency-Key must be 1 to 64 printable ASCII characters");
  return key;
}

/** A UUID from the path or the query, in its one spelling. */
export function uuidParameter(name: string, value: string | undefined): string {
  if (value === undefined || !UUID.test(value)) throw new InvalidRequest(name, `${name} must be a UUID`);
  return value.toLowerCase();
}

/** The query's parameters. One that is given twice is refused: a gateway may have looked at the other one. */
export function queryOf(ctx: ApiContext): Readonly<Record<string, string | undefined>> {
  if (ctx.querystring === "") return NO_PARAMETERS;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(ctx.querystring)) {
    if (Object.hasOwn(parameters, name))
      throw new InvalidRequest("query", `The query parameter ${shown(name)} is given twice`);
    Object.defineProperty(parameters, name, { value, enumerable: true });
  }
  return parameters;
}

const NO_PARAMETERS = {};
