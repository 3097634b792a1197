import type { ResponseConfig } from "@asteasolutions/zod-to-openapi";
import { LIMITS } from "@flash-sale/core";
import { z } from "zod";
import { STATUS_OF, type Code } from "../answer.js";
import { challenge, requestId, retryAfter } from "./headers.js";

const unit = z.int().min(0).max(LIMITS.totalQuantity);
const orderId = z.string().meta({ format: "uuid" });
const anOrderMayStand = z.object({ orderId }).optional().meta({
  description: "There where an order may stand: `GET /api/v1/sale/orders/{orderId}` tells once the stores are back.",
});

/** What a refusal's `details` hold; nothing where it has none. */
const DETAILS: Partial<Record<Code, z.ZodType>> = {
  INVALID_REQUEST: z.looseObject({
    field: z.string().max(64).optional().meta({ description: "What is wrong: a field, a parameter, or `body`." }),
    perUserLimit: z.int().min(1).max(LIMITS.perUserLimit).optional(),
  }),
  ALREADY_PURCHASED: z.object({
    orderIds: z.array(orderId).meta({ description: "The orders that count against the limit." }),
    unitsLeft: z.int().min(0).max(LIMITS.perUserLimit).meta({ description: "Units that the limit leaves." }),
  }),
  TOTAL_TOO_LOW: z.object({ smallest: unit.meta({ description: "What is sold or held now." }) }),
  UNAVAILABLE: anOrderMayStand,
  INTERNAL: anOrderMayStand,
};

interface Told {
  /** When it is told. */
  readonly because: string;
  readonly error: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

const ORDER_ID = "0190a5a0-0000-7000-8000-000000000000";

/** Of every code: why, and an example. A new code does not compile until it has its line here. */
const TOLD: Record<Code, Told> = {
  INVALID_REQUEST: {
    because:
      "The body is malformed or no JSON object, a field or parameter is wrong, unknown, or given twice, or more units are asked than one buyer may own.",
    error: "quantity must be a whole number from 1 to 100000000.",
    details: { field: "quantity" },
  },
  SALE_NOT_STARTED: { because: "Before the window.", error: "The sale has not started yet." },
  SALE_ENDED: { because: "After the window.", error: "The sale has ended." },
  SOLD_OUT: { because: "Fewer units are left than asked.", error: "Fewer units are left than were asked for." },
  UNAUTHENTICATED: {
    because: "No identity, or a token that is not valid.",
    error: "Say who buys: in the header x-user-id, in ?userId=, or in the body's userId.",
  },
  FORBIDDEN: {
    because: "A wrong admin key, a token without the scope, or nobody is an admin here.",
    error: "This is not the admin key.",
  },
  ALREADY_PURCHASED: {
    because: "The user's limit does not leave that many units.",
    error: "This user has bought all units a buyer may own.",
    details: { orderIds: [ORDER_ID], unitsLeft: 0 },
  },
  PURCHASE_IN_PROGRESS: {
    because: "This user's purchase of this product is under way.",
    error: "A purchase of this product by this user is under way.",
  },
  PRODUCT_NOT_FOUND: { because: "No such product.", error: "There is no such product." },
  ORDER_NOT_FOUND: { because: "No such order, or another buyer's.", error: "This buyer has no such order." },
  NOT_FOUND: { because: "No such route.", error: "There is no such route." },
  METHOD_NOT_ALLOWED: {
    because: "The route takes another method: the header Allow names those that it takes.",
    error: "This route takes POST.",
  },
  PRICE_CHANGED: { because: "`expectedPrice` is not the price.", error: "The price is not the expected one." },
  TOTAL_TOO_LOW: {
    because: "The total would be below what is sold or held. Nothing has changed.",
    error: "The total must be at least 42: so much is sold or held.",
    details: { smallest: 42 },
  },
  PAYLOAD_TOO_LARGE: {
    because: "A body above 16 KiB.",
    error: "The body must not be larger than 16384 bytes.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    because: "A body that is not called JSON, or that is compressed.",
    error: "The body must be JSON, sent with Content-Type: application/json.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    because: "The key was used with another quantity or other metadata.",
    error: "This idempotency key was used for a purchase of another quantity or with other metadata.",
  },
  RATE_LIMITED: {
    because: "This user asks too often.",
    error: "This user asks too often. Please try again in 12 seconds.",
  },
  OVERLOADED: {
    because: "Shed under overload. Nothing was sold.",
    error: "Too many purchases are under way. Nothing was sold; please try again.",
  },
  UNAVAILABLE: {
    because: "A store cannot be reached. Nothing was sold, or `details.orderId` says where to ask.",
    error: "A store cannot be reached. Nothing was sold; please try again.",
  },
  INTERNAL: {
    because: "A fault nobody foresaw.",
    error: "Something went wrong that nobody foresaw. Please try again.",
  },
};

const CODES = Object.keys(STATUS_OF) as Code[];

function schemaOf(code: Code): z.ZodObject {
  const details = DETAILS[code];
  return z
    .object({
      success: z.literal(false),
      error: z.string().meta({ description: "A sentence for people." }),
      code: z.literal(code),
      ...(details && { details }),
    })
    .meta({ id: wordsOf(code).join(""), description: TOLD[code].because });
}

/** Of every code the schema under whose name it stands in the document. */
export const REFUSALS = new Map(CODES.map((code) => [code, schemaOf(code)]));

/** The answers of a route that refuses with these codes: one a status, with an example a code. */
export function refusalResponses(codes: readonly Code[]): Record<string, ResponseConfig> {
  const statuses = [...new Set(codes.map((code) => STATUS_OF[code]))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      responseOf(
        status,
        codes.filter((code) => STATUS_OF[code] === status),
      ),
    ]),
  );
}

function responseOf(status: number, codes: readonly Code[]): ResponseConfig {
  const schemas = codes.map((code) => REFUSALS.get(code)).filter((schema) => schema !== undefined);
  const [first, second, ...others] = schemas;
  const schema = first && second ? z.discriminatedUnion("code", [first, second, ...others]) : first;
  const examples: Record<string, { summary: string; value: unknown }> = {};
  for (const code of codes) examples[code] = { summary: TOLD[code].because, value: exampleOf(code) };
  return {
    description: codes.map((code) => `\`${code}\`: ${TOLD[code].because}`).join(" "),
    headers: {
      ...requestId,
      ...(status === 401 && challenge),
      ...((status === 429 || status === 503) && retryAfter),
    },
    content: { "application/json": { ...(schema && { schema }), examples } },
  };
}

function exampleOf(code: Code) {
  const { error, details } = TOLD[code];
  return { success: false, error, code, ...(details && { details }) };
}

/** SOLD_OUT is SoldOut. */
function wordsOf(code: Code): string[] {
  return code.split("_").map((word) => word.charAt(0) + word.slice(1).toLowerCase());
}

/** Of every code a line, for people. */
export function tableOfCodes(): string {
  const lines = CODES.map((code) => `| ${STATUS_OF[code]} | \`${code}\` | ${TOLD[code].because} |`);
  return ["| status | code | because |", "| --- | --- | --- |", ...lines].join("\n");
}
