import { LIMITS, MAX_PRICE_MINOR } from "@flash-sale/core";
import { z } from "zod";
import { CURSOR_LENGTH } from "../cursor.js";
import { productFields, userId } from "../request.js";

/** What callers get, as the API's document describes it. Tests hold every answer of the running app against these. */

const id = (of: string) =>
  z.string().meta({ format: "uuid", description: `Id of ${of}.`, examples: ["0190a5a0-0000-7000-8000-000000000000"] });
const instant = (what: string) =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    .meta({ format: "date-time", description: what, examples: ["2030-01-31T18:00:00.000Z"] });
const units = (what: string) =>
  z
    .int()
    .min(0)
    .max(LIMITS.totalQuantity)
    .meta({ description: what, examples: [5] });
const money = (what: string) =>
  z
    .number()
    .min(0)
    .meta({ description: what, examples: [49.99] });
const price = money("Of one unit, a decimal number in `currency`.").max(MAX_PRICE_MINOR);
const currency = z
  .string()
  .length(3)
  .meta({ description: "ISO 4217.", examples: ["USD"] });
const quantity = z
  .int()
  .min(1)
  .max(LIMITS.totalQuantity)
  .meta({ description: "Units.", examples: [1] });
const status = z
  .enum(["completed", "cancelled"])
  .meta({ description: "A cancelled order's units went back on sale.", examples: ["completed"] });

const terms = {
  description: productFields.description,
  status: z
    .enum(["upcoming", "active", "sold_out", "ended"])
    .meta({ description: "By the hot store's clock.", examples: ["active"] }),
  availableQuantity: units("Units that can be bought now."),
  totalQuantity: productFields.totalQuantity,
  soldQuantity: units("Units sold, of this instant."),
  price,
  currency,
  perUserLimit: productFields.perUserLimit,
  saleStartAt: instant("The sale is open from this instant, included,"),
  saleEndAt: instant("to this one, excluded."),
};

export const saleView = z
  .object({ productId: id("the product"), productName: productFields.name, ...terms })
  .meta({ id: "SaleView", description: "How a product's sale stands." });

export const adminProduct = z
  .object({
    id: id("the product"),
    name: productFields.name,
    ...terms,
    available: units("The same as availableQuantity."),
    held: units("Units held for purchases under way."),
    sold: units("The same as soldQuantity."),
    drift: z
      .int()
      .meta({ description: "Total less available, held and sold: anything but 0 is drift.", examples: [0] }),
  })
  .meta({ id: "AdminProduct", description: "A product with its live stock." });

export const purchase = z
  .object({
    orderId: id("the order"),
    number: z
      .int()
      .min(1)
      .meta({
        description: "1, 2, 3 … within a product, in commit order, without a gap.",
        examples: [1],
      }),
    productId: id("the product"),
    userId,
    quantity,
    price,
    total: money("Price times quantity."),
    currency,
    status,
    purchasedAt: instant("When the buyer was admitted, by the hot store's clock."),
  })
  .meta({ id: "Purchase" });

const buyersOrder = z
  .object({ id: id("the order"), status, quantity, price, createdAt: instant("When the buyer was admitted.") })
  .meta({ id: "BuyersOrder" });

export const userStatus = z
  .object({
    hasPurchased: z.boolean().meta({ description: "There is a completed order." }),
    order: buyersOrder.nullable().meta({ description: "The newest, also where it is cancelled." }),
    orders: z.array(buyersOrder).meta({ description: "All, the newest first, cancelled ones included." }),
    unitsLeft: z
      .int()
      .min(0)
      .max(LIMITS.perUserLimit)
      .meta({
        description: "Units that the limit leaves this buyer: completed orders count.",
        examples: [1],
      }),
  })
  .meta({ id: "UserStatus" });

const nextCursor = z
  .string()
  .max(CURSOR_LENGTH)
  .nullable()
  .meta({ description: "Opaque: the `cursor` of the next page; null where nothing follows now." });

export const productPage = z.object({ items: z.array(adminProduct), nextCursor }).meta({ id: "ProductPage" });
export const orderPage = z.object({ items: z.array(purchase), nextCursor }).meta({ id: "OrderPage" });

const drift = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("missing-inventory") }),
    z.object({
      kind: z.enum(["stock", "held", "purchased", "total", "revision", "sold-quantity"]),
      expected: z.int(),
      found: z.int(),
    }),
    z.object({
      kind: z.literal("buyer"),
      userId,
      expected: z.int().min(0),
      found: z.int().min(0).nullable().meta({ description: "null: the inventory does not know this buyer." }),
    }),
  ])
  .meta({ id: "Drift", description: "What inventory and ledger disagree about." });

const counter = (what: string) => units(what).nullable();

export const reconcileReport = z
  .object({
    productId: id("the product"),
    epoch: z.int().min(0),
    total: units("Units of the sale, by the ledger."),
    committed: units("Units sold, by the ledger."),
    available: counter("By the inventory; null where none is in service."),
    held: counter("By the inventory; null where none is in service."),
    purchased: counter("Units sold, by the inventory; null where none is in service."),
    soldQuantity: units("Units sold, as projected for catalogues."),
    drift: z.array(drift).meta({ description: "Empty: both stores agree." }),
    fixed: z.boolean().meta({ description: "The drift was repaired." }),
  })
  .meta({ id: "ReconcileReport" });

export const rebuildReport = z
  .object({
    productId: id("the product"),
    epoch: z.int().min(1).meta({ description: "Number of the inventory's current life." }),
    rebuilt: z.boolean().meta({ description: "False: another process was first." }),
  })
  .meta({ id: "RebuildReport" });

export const health = z
  .object({ status: z.literal("ok"), timestamp: instant("The server's time.") })
  .meta({ id: "Health" });

export const notReady = z
  .object({
    status: z.literal("unavailable"),
    missing: z.array(z.string()).meta({ description: "The stores that do not answer.", examples: [["Redis"]] }),
    error: z.string().meta({ examples: ["Redis cannot be reached."] }),
    timestamp: instant("The server's time."),
  })
  .meta({ id: "NotReady" });

/** Every answer of the API that is no refusal. */
export const enveloped = (data: z.ZodType) => z.object({ success: z.literal(true), data });
