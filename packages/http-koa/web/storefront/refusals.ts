import type { Refused } from "../shared/api.js";
import { units } from "../shared/format.js";

/** What is said, and what to do next. */
export interface Words {
  readonly title: string;
  readonly next: string;
}

interface Asked {
  readonly refused: Refused;
  readonly quantity: number;
}

const STALE: Words = {
  title: "This page and the shop do not understand each other any more.",
  next: "Nothing was bought. Reload the page, and press again.",
};

/** Every code with which a purchase may be refused, in plain words. */
const WORDS: Readonly<Record<string, (asked: Asked) => Words>> = {
  INVALID_REQUEST: ({ refused }) => {
    const limit = refused.details?.["perUserLimit"];
    if (typeof limit !== "number") return STALE;
    return {
      title: `One buyer may own ${units(limit)} of this at most.`,
      next: "Nothing was bought. Choose fewer units.",
    };
  },
  SALE_NOT_STARTED: () => ({
    title: "The sale has not started yet, by the shop’s clock.",
    next: "Press again when the button opens.",
  }),
  SALE_ENDED: () => ({
    title: "The sale has ended.",
    next: "Nothing was bought. Come back for the next one.",
  }),
  SOLD_OUT: ({ quantity }) =>
    quantity > 1
      ? {
          title: `Fewer than ${units(quantity)} are left.`,
          next: "Nothing was bought. Choose fewer, while there are some.",
        }
      : {
          title: "Sold out: others were faster.",
          next: "Nothing was bought. Stay here: should an order be cancelled, its units go on sale again.",
        },
  ALREADY_PURCHASED: ({ refused }) => {
    const left = refused.details?.["unitsLeft"];
    if (typeof left === "number" && left > 0)
      return { title: `You may buy ${units(left)} more, not as many as you asked for.`, next: "Choose fewer units." };
    return {
      title: "You have bought all that one buyer may own.",
      next: "Nothing more was bought. Your order is shown below.",
    };
  },
  PRICE_CHANGED: () => ({
    title: "The price has changed.",
    next: "Nothing was bought. Look at the new one, and press again if you agree.",
  }),
  IDEMPOTENCY_KEY_REUSED: () => ({
    title: "This purchase was sent once before, for another number of units.",
    next: "Nothing more was bought. Look at your orders, and press again to buy anew.",
  }),
  UNAUTHENTICATED: () => ({
    title: "The shop does not know who you are, or your sign-in has run out.",
    next: "Nothing was bought. Sign in to the shop again, and come back through its link.",
  }),
  FORBIDDEN: () => ({
    title: "The shop does not let you buy this.",
    next: "Nothing was bought. Ask the shop’s staff why.",
  }),
  PRODUCT_NOT_FOUND: () => ({
    title: "This product is not on sale here.",
    next: "Nothing was bought. Go to the shop’s start page for what is on now.",
  }),
  RATE_LIMITED: () => ({
    title: "You have asked too often.",
    next: "Wait a minute, then try again: it stays one purchase.",
  }),
  OVERLOADED: () => ({
    title: "Very many are buying right now, and there was no room for you.",
    next: "Try again: it stays one purchase.",
  }),
  PURCHASE_IN_PROGRESS: () => ({
    title: "Another purchase of yours is under way, perhaps on another device.",
    next: "Look at your orders there, or try again in a moment: it stays one purchase.",
  }),
  UNAVAILABLE: () => ({
    title: "The shop cannot say right now whether you bought it.",
    next: "Try again in a moment: if your order stands, it is shown, and nothing is bought twice.",
  }),
  UNREACHABLE: () => ({
    title: "The shop cannot be reached.",
    next: "Check your connection and try again: if your order stands, it is shown, and nothing is bought twice.",
  }),
};

/** What is said while the page asks again by itself. */
const WAITING: Readonly<Record<string, string>> = {
  RATE_LIMITED: "You have asked too often, so the shop makes you wait.",
  OVERLOADED: "Very many are buying right now. You are still in line.",
  PURCHASE_IN_PROGRESS: "Another purchase of yours is under way, perhaps on another device.",
  UNREACHABLE: "The connection is lost.",
};

export function refusalWords(asked: Asked): Words {
  const { code, status } = asked.refused;
  const words = WORDS[code] ?? (status >= 500 ? WORDS["UNAVAILABLE"] : undefined);
  return words?.(asked) ?? STALE;
}

export function waitingWords({ code }: Refused): Words {
  return {
    title: WAITING[code] ?? "The shop has trouble answering.",
    next: "Your purchase is kept. This page asks again by itself, and buys once.",
  };
}
