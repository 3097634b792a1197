import { buyerOrder, unitsOf, type BuyerOrder } from "../order.js";
import type { Changes } from "../ports/changes.js";
import type { Inventory, InventoryLoading, KnownBuyer, KnownBuyersPage } from "../ports/inventory.js";
import type { OrderPages, Orders } from "../ports/orders.js";
import type { Drift } from "./drift.js";

interface Ports {
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly changes: Changes;
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
}

type WrongBuyer = Extract<Drift, { kind: "buyer" }>;
/** User ids, found page by page while the sale goes on. */
type Suspects = AsyncGenerator<string, void>;

const PAGE = 1_000;
/** Known buyers that are kept in memory, a few hundred bytes each: all of most products. The others are asked for page by page. */
const MAX_REMEMBERED = 10_000;
/** A repair makes them all known anew: naming so many is enough. */
const MAX_NAMED = 100;
/** A buyer whose orders change while they are compared is compared again, so often. */
const MAX_LOOKS = 5;
/** Changes that the inventory may be behind by while its buyers are still judged. */
const MAX_PENDING = 1_000;

/** What the inventory knew before its product's orders were read. */
interface Remembered {
  /** By user id, of the known buyers of whom no order was read yet. */
  readonly orders: Map<string, readonly BuyerOrder[]>;
  /** Where the known buyers go on who are not remembered; null: all are. */
  readonly next: string | null;
}

/** Buyers of whom the inventory knows something else than the orders say: looked for from both sides, and each looked at again alone. */
export async function findWrongBuyers(ports: Ports, productId: string, epoch: number): Promise<WrongBuyer[]> {
  const remembered = await remember(ports, productId, epoch);
  if (remembered === null) return [];
  // By user id: a page of known buyers may name one again.
  const wrong = new Map<string, WrongBuyer>();
  for (const suspects of [buyersNotKnown, knownWithoutOrders]) {
    for await (const userId of suspects(ports, productId, epoch, remembered)) {
      const found = await lookAgain(ports, productId, epoch, userId);
      if (found) wrong.set(userId, found);
      if (wrong.size === MAX_NAMED) return [...wrong.values()];
    }
  }
  return [...wrong.values()];
}

/** The first known buyers: one answer of the inventory serves both looks. Null where it is not in service. */
async function remember({ loading }: Ports, productId: string, epoch: number): Promise<Remembered | null> {
  const known = new Map<string, readonly BuyerOrder[]>();
  for (let from: string | null = null; ;) {
    const page = await loading.knownBuyers(productId, epoch, from);
    if (page === null) return null;
    for (const { userId, orders } of page.buyers) known.set(userId, orders);
    from = page.next;
    if (from === null || known.size >= MAX_REMEMBERED) return { orders: known, next: from };
  }
}

/** Who has orders that the inventory does not know, or knows otherwise. Whoever is met is remembered no longer. */
async function* buyersNotKnown(
  ports: Ports,
  productId: string,
  epoch: number,
  { orders: known }: Remembered,
): Suspects {
  const { inventory, orderPages } = ports;
  for (let after: string | null = null; ;) {
    const page = await orderPages.buyers(productId, after, PAGE);
    // Who bought since they were remembered, or holds units, is asked for now.
    const others = page.filter(({ userId, orders }) => !areTheSame(orders, known.get(userId)));
    for (const { userId } of page) known.delete(userId);
    if (others.length > 0) {
      const userIds = others.map(({ userId }) => userId);
      // What is loaded is asked first: it stays loaded.
      const status = await inventory.status(productId, epoch);
      const found = await inventory.buyers(productId, epoch, userIds);
      if (found === null || status === null) return;

      for (const [index, { userId, orders }] of others.entries()) {
        const buyer = found[index];
        if (buyer && !agrees(orders, buyer, status.buyersLoaded)) yield userId;
      }
    }
    after = page.at(-1)?.userId ?? null;
    if (page.length < PAGE) return;
  }
}

/**
 * Of whom the inventory knows orders, and who has none. It is asked first: what it knows stood in the orders before. Whose orders
 * were read is not asked for: an order is never deleted.
 */
async function* knownWithoutOrders(
  { loading, orderPages }: Ports,
  productId: string,
  epoch: number,
  { orders: known, next }: Remembered,
): Suspects {
  async function* withoutOrders(buyers: KnownBuyersPage["buyers"]): Suspects {
    const userIds = buyers.flatMap(({ userId, orders }) => (orders.length > 0 ? [userId] : []));
    const found = new Set(userIds.length > 0 ? await orderPages.buyersAmong(productId, userIds) : []);
    yield* userIds.filter((userId) => !found.has(userId));
  }

  const left = [...known].map(([userId, orders]) => ({ userId, orders }));
  for (let from = 0; from < left.length; from += PAGE) yield* withoutOrders(left.slice(from, from + PAGE));
  for (let from = next; from !== null;) {
    const page = await loading.knownBuyers(productId, epoch, from);
    if (page === null) return;
    yield* withoutOrders(page.buyers);
    from = page.next;
  }
}

/**
 * Alone, and until the orders before and after are the same: what was bought or cancelled in between is no drift. Nor is a
 * cancellation that the inventory had not followed before it was asked.
 */
async function lookAgain(
  { inventory, orders, changes }: Ports,
  productId: string,
  epoch: number,
  userId: string,
): Promise<WrongBuyer | null> {
  let before = await orders.ofBuyer(productId, userId);
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const status = await inventory.status(productId, epoch);
    const [buyer] = (await inventory.buyers(productId, epoch, [userId])) ?? [];
    if (!buyer || !status) return null;
    const after = await orders.ofBuyer(productId, userId);
    const standing = after.map(buyerOrder);
    const quiet = JSON.stringify(before.map(buyerOrder)) === JSON.stringify(standing);
    before = after;
    if (!quiet) continue;

    const pending = await changes.after(productId, status.revision, MAX_PENDING);
    if (pending.length === MAX_PENDING) return null;
    if (agrees(standing, buyer, status.buyersLoaded, new Set(pending.map(({ id }) => id)))) return null;
    return { kind: "buyer", userId, expected: unitsOf(standing), found: buyer.orders && unitsOf(buyer.orders) };
  }
  return null;
}

/**
 * Every order is known with its units, or is still a hold, and nothing else is known; `pending` ones may be known either way. One who is
 * not taught yet is unknown in full.
 */
function agrees(
  orders: readonly BuyerOrder[],
  { orders: known, holds }: KnownBuyer,
  buyersLoaded: boolean,
  pending: ReadonlySet<string> = new Set(),
): boolean {
  if (known === null && !buyersLoaded) return true;
  const units = new Map((known ?? []).map((order) => [order.id, order.units]));
  const unknown = orders.filter(({ id, units: expected }) => units.get(id) !== expected);
  return unknown.every(({ id }) => id === holds || pending.has(id)) && units.size <= orders.length;
}

/** In the same order, as nearly all are: a look that is cheap. */
function areTheSame(some: readonly BuyerOrder[], others: readonly BuyerOrder[] | undefined): boolean {
  return (
    some.length === others?.length &&
    some.every(({ id, units }, index) => id === others[index]?.id && units === others[index]?.units)
  );
}
