import { dateTime, money, units } from "../shared/format.js";
import type { SaleStatus, SaleView } from "../shared/views.js";
import type { Buying } from "./buying.js";
import type { Mine } from "./my-orders.js";
import { refusalWords, waitingWords, type Words } from "./refusals.js";

/** All that the page knows. */
export interface Situation {
  readonly view: SaleView;
  readonly buying: Buying;
  /** Null: not asked yet, or not answered. */
  readonly mine: Mine | null;
  /** The API wants a token, and there is none, or it does not take it. */
  readonly isStranger: boolean;
  readonly quantity: number;
}

export type Tone = "calm" | "good" | "warn" | "bad";

/** What the page says of it. */
export interface Presentation {
  readonly state: { readonly word: string; readonly tone: Tone };
  readonly countdown: { readonly label: string; readonly untilMs: number } | null;
  readonly button: { readonly label: string; readonly isOpen: boolean; readonly isBusy: boolean };
  readonly message: (Words & { readonly tone: Tone }) | null;
  /** How many units can be chosen; null where there is no choice. */
  readonly mostUnits: number | null;
}

const STATES: Readonly<Record<SaleStatus, Presentation["state"]>> = {
  upcoming: { word: "Starts soon", tone: "warn" },
  active: { word: "On sale now", tone: "good" },
  sold_out: { word: "Sold out", tone: "bad" },
  ended: { word: "Ended", tone: "calm" },
};

export function present(situation: Situation): Presentation {
  const { view } = situation;
  return {
    state: STATES[view.status],
    countdown: countdownOf(view),
    button: buttonOf(situation),
    message: messageOf(situation),
    mostUnits: mostUnitsOf(situation),
  };
}

function countdownOf({ status, saleStartAt, saleEndAt }: SaleView): Presentation["countdown"] {
  if (status === "ended") return null;
  return status === "upcoming"
    ? { label: "Starts in", untilMs: Date.parse(saleStartAt) }
    : { label: "Ends in", untilMs: Date.parse(saleEndAt) };
}

function mostUnitsOf({ view, mine }: Situation): number | null {
  const most = Math.min(mine?.unitsLeft ?? view.perUserLimit, Math.max(view.availableQuantity, 1));
  return view.perUserLimit > 1 && most > 1 && view.status !== "ended" ? most : null;
}

function buttonOf(situation: Situation): Presentation["button"] {
  const { view, buying, mine, isStranger, quantity } = situation;
  const closed = (label: string, isBusy = false) => ({ label, isOpen: false, isBusy });
  switch (buying.kind) {
    case "sending":
    case "elsewhere":
      return closed("Buying …", true);
    case "waiting":
      return closed("Asking again …", true);
    case "unanswered":
    case "left-open":
      return { label: "Try again", isOpen: true, isBusy: false };
    default:
  }
  if (isStranger) return closed("Sign in to buy");
  if (mine?.unitsLeft === 0) return closed("You have bought it");
  switch (view.status) {
    case "upcoming":
      return closed("Not open yet");
    case "sold_out":
      return closed("Sold out");
    case "ended":
      return closed("Sale ended");
    case "active": {
      const total = money(view.price * quantity, view.currency);
      const label = quantity === 1 ? `Buy now for ${total}` : `Buy ${units(quantity)} for ${total}`;
      return { label, isOpen: true, isBusy: false };
    }
  }
}

function messageOf(situation: Situation): Presentation["message"] {
  const { buying } = situation;
  switch (buying.kind) {
    case "sending":
      return { tone: "calm", title: "Buying …", next: "Just a moment." };
    case "elsewhere":
      return { tone: "calm", title: "Another tab of yours is buying.", next: "What comes of it is shown here, too." };
    case "waiting":
      return { tone: "warn", ...waitingWords(buying.refused) };
    case "unanswered":
      return { tone: "warn", ...refusalWords({ refused: buying.refused, quantity: situation.quantity }) };
    case "left-open":
      return {
        tone: "warn",
        title: "An earlier purchase ended without an answer.",
        next: "Try again to learn what came of it: if its order stands, it is shown, and nothing is bought twice.",
      };
    case "refused":
      return { tone: "bad", ...refusalWords(buying) };
    case "bought": {
      const { number, status } = buying.purchase;
      if (status === "cancelled")
        return { tone: "warn", title: `Order number ${number} was cancelled.`, next: "You can buy again." };
      return { tone: "good", title: `It is yours: order number ${number}.`, next: "Your order is shown below." };
    }
    case "idle":
      return idleMessageOf(situation);
  }
}

function idleMessageOf({ view, isStranger, mine }: Situation): Presentation["message"] {
  if (isStranger && view.status !== "ended")
    return {
      tone: "warn",
      title: "This shop sells to people who are signed in, and you are not.",
      next: "Sign in to the shop and come back through its link, which hands this page your token (#token=…).",
    };
  if (view.status === "ended")
    return {
      tone: "calm",
      title: `The sale ended on ${dateTime(view.saleEndAt)}.`,
      next: "Come back for the next one.",
    };
  if (view.status === "sold_out" && mine?.unitsLeft !== 0)
    return {
      tone: "calm",
      title: "All units are sold, or about to be.",
      next: "Stay here: should one come back, the button opens again.",
    };
  return null;
}

/** Said to those who do not see the page, when the sale turns. */
export function turnOf(before: SaleStatus, { status, productName }: SaleView): string | null {
  if (before === status) return null;
  switch (status) {
    case "upcoming":
      return `The sale of ${productName} has been put off. It has not started.`;
    case "active":
      return before === "sold_out" ? "Units are on sale again." : `The sale of ${productName} has started.`;
    case "sold_out":
      return `${productName} is sold out.`;
    case "ended":
      return "The sale has ended.";
  }
}
