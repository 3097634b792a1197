import type { SaleTerms } from "@flash-sale/core";
import type { Random } from "../faults/random.js";
import { drawAttempt, drawWindow, PRICES } from "./draw-parts.js";
import {
  CHANGES,
  ORDERS,
  OWNERS,
  USERS,
  type ChangeOf,
  type HotOperation,
  type ProductRef,
  type UserId,
} from "./operation.js";
import type { ProductView, View } from "./view.js";

type Kind = HotOperation["kind"];

export function drawHot(random: Random, view: View, kind: Kind, product: ProductRef): HotOperation {
  const seen = view[product];
  const { pick, chance, below } = random;
  const epoch = seen.lastEpoch > 0 && chance(0.92) ? seen.lastEpoch : 1 + below(4);
  const of = { product, epoch };
  switch (kind) {
    case "hold":
      return { kind, lock: chance(0.85) ? "granted" : "taken", ...drawAsking(random, seen, of) };
    case "admit":
      return { kind, ...drawAsking(random, seen, of) };
    case "confirm":
    case "admission confirm":
      return { kind, ...of, attempts: Array.from({ length: below(4) }, () => drawAttempt(random, seen, false)) };
    case "release":
    case "admission release":
      return { kind, ...of, attempts: Array.from({ length: below(4) }, () => drawAttempt(random, seen, true)) };
    case "expired":
      return { kind, ...of, max: 1 + below(3) };
    case "status":
    case "audit":
    case "finish teaching":
      return { kind, ...of };
    case "buyers":
      return { kind, ...of, users: USERS.filter(() => chance(0.7)) };
    case "load":
      return drawLoad(random, seen, product);
    case "last epoch":
      return { kind, product };
    case "teach": {
      const revision = chance(0.75) ? (seen.status?.revision ?? 0) : below(3);
      return {
        kind,
        ...of,
        revision,
        buyers: USERS.filter(() => chance(0.4)).map((user) => drawBuyer(random, seen, user)),
      };
    }
    case "withhold": {
      const revision = chance(0.85) ? (seen.status?.revision ?? 0) : below(3);
      return { kind, ...of, revision, change: pick(CHANGES), units: 1 + below(3) };
    }
    case "apply":
      return { kind, ...of, change: drawNextChange(random, seen) };
    case "acquire":
      return { kind, ...of, user: chance(0.6) ? null : pick(USERS), owner: pick(OWNERS), over: chance(0.1) };
    case "unlock":
      return { kind, ...of, user: chance(0.6) ? null : pick(USERS), owner: pick(OWNERS) };
  }
}

function drawAsking(random: Random, seen: ProductView, of: { product: ProductRef; epoch: number }) {
  const { pick, chance, below } = random;
  const { order, user } = drawBuyerOf(random, seen);
  const expectedPriceMinor = chance(0.8) ? null : pick(PRICES);
  const quantity = chance(0.6) ? 1 : 1 + below(4);
  return { ...of, order, user, quantity, fingerprint: pick(["1", "a b, c:1"]), expectedPriceMinor };
}

/** Mostly an id and its own buyer; now and then one that holds units already. */
function drawBuyerOf({ pick, chance }: Random, { holds, orderOf }: ProductView): { order: number; user: UserId } {
  const hold = holds.length > 0 && chance(0.12) ? pick(holds) : null;
  const holder = USERS.find((one) => one === hold?.userId);
  const held = hold && orderOf(hold.id);
  if (held !== null && holder) return { order: held, user: holder };
  const order = pick(ORDERS);
  return { order, user: chance(0.75) ? (USERS[order % USERS.length] ?? "ada") : pick(USERS) };
}

/** Half of them as a rebuild loads, from the ledger. */
function drawLoad(random: Random, { book, lastEpoch }: ProductView, product: ProductRef): HotOperation {
  const { chance, below } = random;
  const epoch = chance(0.7) ? lastEpoch + 1 : 1 + below(4);
  const { ledger, product: facts } = book ?? {};
  if (ledger && facts && chance(0.6)) {
    const { total: totalQuantity, committed, revision } = ledger;
    const { priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = facts;
    const terms = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision };
    return { kind: "load", product, epoch, terms, committed };
  }
  const terms = { ...drawTerms(random), revision: below(3) };
  return { kind: "load", product, epoch, terms, committed: below(Math.min(3, terms.totalQuantity + 1)) };
}

function drawTerms(random: Random): Omit<SaleTerms, "revision"> {
  const { pick, below } = random;
  return { totalQuantity: below(10), priceMinor: pick(PRICES), perUserLimit: 1 + below(4), ...drawWindow(random) };
}

function drawBuyer(random: Random, { book, orderOf }: ProductView, user: UserId) {
  const { chance, below } = random;
  const own = (book?.orders ?? []).filter(({ userId }) => userId === user);
  if (own.length > 0 && chance(0.6)) {
    const orders = own.flatMap(({ id, quantity, status }) => {
      const order = orderOf(id);
      return order === null ? [] : [{ order, units: status === "confirmed" ? quantity : 0 }];
    });
    return { user, orders };
  }
  return { user, orders: ORDERS.filter(() => chance(0.2)).map((order) => ({ order, units: below(3) })) };
}

/** Mostly the change that the ledger made next. */
function drawNextChange(random: Random, seen: ProductView): ChangeOf {
  const { pick, chance, below } = random;
  const revision = (seen.status?.revision ?? 0) + 1;
  const next = seen.book?.changes.find((change) => change.revision === revision);
  if (next && chance(0.8)) {
    const { kind } = next;
    const change = seen.changeOf(next.id);
    const order = seen.orderOf(next.id);
    const user = USERS.find((one) => kind === "cancel" && one === next.userId);
    if (kind === "terms" && change !== null) return { kind, change, revision, terms: next.terms };
    if (kind === "cancel" && order !== null && user) return { kind, order, revision, user, units: next.units };
  }
  const drawn = Math.max(1, chance(0.75) ? revision : revision - 1 + below(3));
  if (chance(0.5)) return { kind: "terms", change: pick(CHANGES), revision: drawn, terms: drawTerms(random) };
  const attempt = drawAttempt(random, seen, false);
  const [order, user] = "order" in attempt ? [attempt.order, attempt.user] : [pick(ORDERS), pick(USERS)];
  return { kind: "cancel", order, revision: drawn, user, units: attempt.quantity };
}
