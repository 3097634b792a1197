import { buyerOrder, unitsOf, type BuyerOrder } from "../order.js";
import type { Clock } from "../ports/clock.js";
import type { Inventory, KnownBuyer } from "../ports/inventory.js";
import type { OrderPages, Orders } from "../ports/orders.js";
import type { Drift } from "./reconcile.js";

interface Ports {
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly inventory: Inventory;
  readonly clock: Clock;
}

type LostBuyer = Extract<Drift, { kind: "buyer" }>;

const PAGE = 1_000;
/** A repair makes them all known again: naming so many is enough. */
const MAX_NAMED = 100;
/** A buyer whose orders change while they are compared is compared again, so often. */
const MAX_LOOKS = 5;
/** Housekeeping's rounds, twice. */
const PATIENCE_MS = 1_000;

/** Buyers of whom the inventory does not know what the orders say, page by page, while the sale goes on. */
export async function findLostBuyers(ports: Ports, productId: string, epoch: number): Promise<LostBuyer[]> {
  const { inventory, orderPages } = ports;
  const lost: LostBuyer[] = [];
  for (let after: string | null = null; lost.length < MAX_NAMED;) {
    const page = await orderPages.buyers(productId, after, PAGE);
    const known = await inventory.buyers(
      productId,
      epoch,
      page.map(({ userId }) => userId),
    );
    const status = await inventory.status(productId, epoch);
    if (known === null || status === null) return [];
    const suspects = page.filter(({ orders }, index) => {
      const buyer = known[index];
      return buyer !== undefined && !agrees(orders, buyer, status.buyersLoaded);
    });
    // A cancellation that the inventory has not followed yet is no drift.
    if (suspects.length > 0) await ports.clock.sleep(PATIENCE_MS);
    for (const { userId } of suspects.slice(0, MAX_NAMED)) {
      const found = await lookAgain(ports, productId, epoch, userId);
      if (found) lost.push(found);
    }
    after = page.at(-1)?.userId ?? null;
    if (page.length < PAGE) break;
  }
  return lost.slice(0, MAX_NAMED);
}

/** Alone, and until the orders before and after are the same: what was bought or cancelled in between is no drift. */
async function lookAgain(
  { inventory, orders }: Ports,
  productId: string,
  epoch: number,
  userId: string,
): Promise<LostBuyer | null> {
  let before = await orders.ofBuyer(productId, userId);
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const [buyer] = (await inventory.buyers(productId, epoch, [userId])) ?? [];
    const status = await inventory.status(productId, epoch);
    if (!buyer || !status) return null;
    const after = await orders.ofBuyer(productId, userId);
    const standing = after.map(buyerOrder);
    if (agrees(standing, buyer, status.buyersLoaded)) return null;
    const quiet = JSON.stringify(before.map(buyerOrder)) === JSON.stringify(standing);
    if (quiet)
      return { kind: "buyer", userId, expected: unitsOf(standing), found: buyer.orders && unitsOf(buyer.orders) };
    before = after;
  }
  return null;
}

/** Every order is known with its units, or is still a hold, and nothing else is known. One who is not taught yet is unknown in full. */
function agrees(orders: readonly BuyerOrder[], { orders: known, holds }: KnownBuyer, buyersLoaded: boolean): boolean {
  if (known === null && !buyersLoaded) return true;
  const units = new Map((known ?? []).map((order) => [order.id, order.units]));
  const unknown = orders.filter(({ id, units: expected }) => units.get(id) !== expected);
  return unknown.every(({ id }) => id === holds) && units.size <= orders.length;
}
