/**
 * Why something was not done: every code there is, with its English message. A code never changes its meaning, and is the key under which
 * an application keeps its own messages, in other languages or other words. Over HTTP it is an answer's `code`.
 */
export const SALE_MESSAGES = {
  INVALID_REQUEST: "The request is not valid.",
  SALE_NOT_STARTED: "The sale has not started yet.",
  SALE_ENDED: "The sale has ended.",
  PRICE_CHANGED: "The price is not the expected one.",
  PURCHASE_IN_PROGRESS: "A purchase of this product by this user is under way.",
  ALREADY_PURCHASED: "The limit does not leave this user that many units.",
  SOLD_OUT: "Fewer units are left than were asked for.",
  IDEMPOTENCY_KEY_REUSED: "This idempotency key was used for a purchase of another quantity or with other metadata.",
  PRODUCT_NOT_FOUND: "There is no such product.",
  ORDER_NOT_FOUND: "There is no such order.",
  TOTAL_TOO_LOW: "The total must not be below what is sold or held.",
  OVERLOADED: "Too many purchases are under way. Nothing was sold; please try again.",
  UNAVAILABLE: "A store cannot be reached.",
  INTERNAL: "Something went wrong that nobody foresaw.",
} as const;

/** The name of a reason, for programs. */
export type SaleCode = keyof typeof SALE_MESSAGES;
