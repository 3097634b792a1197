import type { ProductEdit, Withheld } from "@flash-sale/core";
import type { Random } from "../faults/random.js";
import { drawAttempt, drawWindow, PRICES } from "./draw-parts.js";
import {
  CHANGES,
  ORDERS,
  USERS,
  type Draft,
  type DurableOperation,
  type LedgerStep,
  type NewProduct,
  type ProductRef,
  type UserId,
} from "./operation.js";
import type { ProductView, View } from "./view.js";

type Kind = DurableOperation["kind"];

export function drawDurable(random: Random, view: View, kind: Kind, product: ProductRef): DurableOperation {
  const seen = view[product];
  const { pick, chance, below } = random;
  const limit = 1 + below(4);
  switch (kind) {
    case "create": {
      const others = chance(0.2) ? [drawProduct(random, pick([0, 1] as const))] : [];
      return { kind, created: chance(0.02) ? [] : [drawProduct(random, product), ...others] };
    }
    case "find product":
      return { kind, product };
    case "newest":
    case "project sold":
      return { kind };
    case "live":
      return {
        kind,
        startsByMs: drawWindow(random).saleStartAtMs,
        endsAfterMs: drawWindow(random).saleEndAtMs - below(3),
      };
    case "page":
      return { kind, after: chance(0.5) ? null : pick([0, 1] as const), limit };
    case "commit":
      return { kind, product, epoch: drawLedgerEpoch(random, seen), drafts: drawDrafts(random, seen) };
    case "void":
      return { kind, product, attempts: Array.from({ length: below(4) }, () => drawAttempt(random, seen, true)) };
    case "find order":
      return { kind, order: drawOrder(random, seen) };
    case "of buyer":
      return { kind, product, user: drawUser(random, seen) };
    case "with ledger":
      return { kind, product, steps: drawLedgerSteps(random, seen), fails: chance(0.25) };
    case "search": {
      const after = chance(0.6) ? null : { product: pick([0, 1] as const), number: below(5) };
      return { kind, product: pick([null, product]), user: pick([null, drawUser(random, seen)]), after, limit };
    }
    case "page of orders":
      return { kind, product, after: pick([0, 0, 1, 2]), limit };
    case "page of buyers":
      return { kind, product, after: pick([null, pick(USERS)]), limit };
    case "change":
      return drawChange(random, seen, product);
    case "cancel":
      return { kind, order: drawOrder(random, seen) };
    case "changes after":
      return { kind, product, revision: pick([0, 0, 1, 2]), limit };
  }
}

function drawProduct(random: Random, product: ProductRef): NewProduct {
  const { pick, chance, below } = random;
  return {
    product,
    name: pick(["Console", "Ünïcode \u{1f680}"]),
    description: pick([null, "", "new"]),
    epoch: chance(0.8) ? 0 : 1 + below(4),
    // Two that are created at the same instant have no newest.
    createdAfter: product === 0 ? 0 : pick([1, 2]),
    totalQuantity: below(10),
    perUserLimit: 1 + below(4),
    priceMinor: pick(PRICES),
    revision: chance(0.9) ? 0 : below(3),
    ...drawWindow(random),
  };
}

function drawLedgerEpoch({ chance, below }: Random, { book }: ProductView): number {
  return book && chance(0.85) ? book.ledger.epoch : below(5);
}

function drawOrder(random: Random, { book, orderOf }: ProductView): number {
  const { pick, chance } = random;
  const known = (book?.orders ?? []).flatMap(({ id }) => orderOf(id) ?? []);
  return known.length > 0 && chance(0.85) ? pick(known) : pick(ORDERS);
}

/** Mostly one who bought. */
function drawUser({ pick, chance }: Random, { book }: ProductView): UserId {
  const buyers = (book?.orders ?? []).flatMap(({ userId }) => USERS.find((one) => one === userId) ?? []);
  return buyers.length > 0 && chance(0.7) ? pick(buyers) : pick(USERS);
}

/** Ids are distinct within a batch, as the port says. */
function drawDrafts(random: Random, seen: ProductView): Draft[] {
  const { pick, chance, below, shuffled } = random;
  const count = chance(0.02) ? 0 : 1 + below(3);
  const held = seen.holds.flatMap(({ id, userId, quantity, fingerprint }): Draft[] => {
    const order = seen.orderOf(id);
    const user = USERS.find((one) => one === userId);
    return order === null || !user || chance(0.4) ? [] : [{ order, user, quantity, fingerprint, metadata: null }];
  });
  const others = shuffled(ORDERS).map((order): Draft => {
    // An id mostly comes with one buyer and one request, so that it also meets itself again.
    const user = chance(0.8) ? (USERS[order % USERS.length] ?? "ada") : pick(USERS);
    const quantity = chance(0.6) ? 1 : 2 + below(2);
    const metadata = pick([null, { order }, { b: [1, { deep: null }], a: "ü" }]);
    return { order, user, quantity, fingerprint: chance(0.85) ? "1" : "2", metadata };
  });
  const all = [...(chance(0.5) ? held : []), ...others];
  return all.filter(({ order }, at) => all.findIndex((one) => one.order === order) === at).slice(0, count);
}

function drawLedgerSteps(random: Random, { book }: ProductView): LedgerStep[] {
  const { pick, chance, below } = random;
  const epoch = book?.ledger.epoch ?? 0;
  return Array.from({ length: 1 + below(3) }, (): LedgerStep => {
    switch (pick(["next", "next", "move", "confirmed"] as const)) {
      case "next":
        return { step: "next", atLeast: chance(0.6) ? 1 : epoch + below(3) };
      case "move":
        return { step: "move", epoch: pick([null, null, epoch + 1, 1 + below(4)]) };
      case "confirmed":
        return { step: "confirmed", orders: ORDERS.filter(() => chance(0.6)) };
    }
  });
}

function drawChange(random: Random, seen: ProductView, product: ProductRef): DurableOperation {
  const { pick, chance, below } = random;
  const window = drawWindow(random);
  const edit: ProductEdit = {
    ...(chance(0.3) && { name: pick(["Other", "Console"]) }),
    ...(chance(0.2) && { description: pick([null, "other"]) }),
    ...(chance(0.3) && { priceMinor: pick(PRICES) }),
    ...(chance(0.7) && { totalQuantity: below(9) }),
    ...(chance(0.3) && { perUserLimit: 1 + below(4) }),
    ...(chance(0.3) && { saleStartAtMs: window.saleStartAtMs }),
    ...(chance(0.3) && { saleEndAtMs: window.saleEndAtMs }),
    // After any end.
    ...(chance(0.05) && { saleStartAtMs: 5_000_000_000_000 }),
  };
  return { kind: "change", product, change: pick(CHANGES), edit, withheld: drawWithheld(random, seen, edit) };
}

function drawWithheld({ chance, below }: Random, { book }: ProductView, edit: ProductEdit): Withheld | null {
  if (chance(0.25)) return null;
  const { epoch = 1, revision = 0, total = 0 } = book?.ledger ?? {};
  const units = Math.max(0, total - (edit.totalQuantity ?? total));
  if (units === 0 && chance(0.8)) return null;
  if (chance(0.75)) return { epoch, revision, units };
  return { epoch: epoch + below(2), revision: revision + below(2), units: units + below(2) };
}
