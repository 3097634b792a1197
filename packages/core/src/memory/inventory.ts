import { unitsOf, type BuyerOrder } from "../order.js";
import type { SaleTerms } from "../product.js";
import type { Clock } from "../ports/clock.js";
import type { HoldAnswer, HoldRefusal, HoldRequest, Inventory, InventoryLoading, InventoryStatus } from "../ports/inventory.js";
import type { Reservation } from "../reservation.js";

/** One life of one product's inventory. */
interface Stock {
  readonly epoch: number;
  readonly terms: SaleTerms;
  available: number;
  held: number;
  purchased: number;
  buyersLoaded: boolean;
  readonly buyers: Map<string, readonly BuyerOrder[]>;
  /** At most one a buyer, by user id. */
  readonly holds: Map<string, Reservation>;
}

export interface MemoryInventory {
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  /** Forgets everything at once, as a store that lost its memory does. */
  lose(): void;
  /** Remembers the present state; the answer brings it back, as a store restored from an old snapshot does: not in service. */
  snapshot(): () => void;
}

/** The inventory in process memory: for tests, for embedding, and as the readable form of what the Redis scripts do. */
export function createMemoryInventory({ clock, lockTtlMs }: { clock: Clock; lockTtlMs: number }): MemoryInventory {
  let stocks = new Map<string, Stock>();
  let lastEpochs = new Map<string, number>();

  function inService(productId: string, epoch: number): Stock | null {
    const stock = stocks.get(productId);
    return stock?.epoch === epoch && lastEpochs.get(productId) === epoch ? stock : null;
  }

  function hold(request: HoldRequest, lock: "granted" | "taken"): HoldAnswer {
    const { productId, epoch, userId, reservationId, quantity } = request;
    const stock = inService(productId, epoch);
    if (!stock) return { kind: "not-in-service" };
    const orders = stock.buyers.get(userId) ?? (stock.buyersLoaded ? [] : null);
    if (orders === null) return { kind: "unknown-buyer" };
    if (orders.some(({ id }) => id === reservationId)) return { kind: "already-ordered", orderId: reservationId };

    const standing = stock.holds.get(userId);
    if (standing?.id === reservationId) return { kind: "already-held", epoch, reservation: standing, available: stock.available };

    const nowMs = clock.now();
    const { terms, available } = stock;
    const reason = refusalOf(request, stock, orders, nowMs, lock === "taken" || standing !== undefined);
    if (reason !== null) return { kind: "refused", reason, epoch, orders, perUserLimit: terms.perUserLimit, available };

    const { priceMinor } = terms;
    const { fingerprint } = request;
    const times = { admittedAtMs: nowMs, deadlineMs: nowMs + lockTtlMs };
    const reservation = { id: reservationId, productId, epoch, userId, quantity, priceMinor, fingerprint, ...times };
    stock.holds.set(userId, reservation);
    stock.available -= quantity;
    stock.held += quantity;
    return { kind: "held", epoch, reservation, available: stock.available };
  }

  /** Ends those holds that are there under these very ids; answers the units they held. */
  function endHolds(stock: Stock, reservations: readonly Reservation[]): number {
    let units = 0;
    for (const { id, userId } of reservations) {
      const standing = stock.holds.get(userId);
      if (standing?.id !== id) continue;
      stock.holds.delete(userId);
      stock.held -= standing.quantity;
      units += standing.quantity;
    }
    return units;
  }

  const inventory: Inventory = {
    hold: async (request, lock) => hold(request, lock),
    confirm: async (productId, epoch, reservations) => {
      const stock = inService(productId, epoch);
      if (!stock) return;
      for (const reservation of reservations) {
        const units = endHolds(stock, [reservation]);
        if (units === 0) continue;
        stock.purchased += units;
        const { id, userId } = reservation;
        stock.buyers.set(userId, [...(stock.buyers.get(userId) ?? []), { id, units }]);
      }
    },
    release: async (productId, epoch, reservations) => {
      const stock = inService(productId, epoch);
      if (!stock) return { before: 0, after: 0 };
      const before = stock.available;
      stock.available += endHolds(stock, reservations);
      return { before, after: stock.available };
    },
    expired: async (productId, epoch, max) => {
      const holds = [...(inService(productId, epoch)?.holds.values() ?? [])];
      const due = holds.filter(({ deadlineMs }) => deadlineMs <= clock.now());
      return due.sort((a, b) => a.deadlineMs - b.deadlineMs).slice(0, max);
    },
    status: async (productId, epoch) => {
      const stock = inService(productId, epoch);
      return stock && statusOf(stock, clock.now());
    },
    audit: async (productId, epoch) => {
      const stock = inService(productId, epoch);
      return stock && { status: statusOf(stock, clock.now()), holds: [...stock.holds.values()] };
    },
  };

  const loading: InventoryLoading = {
    load: async (productId, epoch, terms, committed) => {
      if ((lastEpochs.get(productId) ?? 0) >= epoch) return "refused";
      lastEpochs.set(productId, epoch);
      const counts = { available: terms.totalQuantity - committed, held: 0, purchased: committed };
      // In its first life no buyer can have an order: nothing has to be taught.
      stocks.set(productId, { epoch, terms, ...counts, buyersLoaded: epoch === 1, buyers: new Map(), holds: new Map() });
      return "loaded";
    },
    lastEpoch: async (productId) => lastEpochs.get(productId) ?? 0,
    teach: async (productId, epoch, buyers) => {
      const known = inService(productId, epoch)?.buyers;
      for (const { userId, orders } of buyers) if (known && !known.has(userId)) known.set(userId, orders);
    },
    finishTeaching: async (productId, epoch) => {
      const stock = inService(productId, epoch);
      if (stock) stock.buyersLoaded = true;
    },
  };

  return {
    inventory,
    loading,
    lose() {
      stocks = new Map();
      lastEpochs = new Map();
    },
    snapshot() {
      const epochs = new Map(lastEpochs);
      return () => {
        stocks = new Map();
        lastEpochs = new Map(epochs);
      };
    },
  };
}

/** The checks in their order. Null: nothing stands in the way. */
function refusalOf(
  { quantity, expectedPriceMinor }: HoldRequest,
  { terms, available }: Stock,
  orders: readonly BuyerOrder[],
  nowMs: number,
  underWay: boolean,
): HoldRefusal | null {
  if (quantity > terms.perUserLimit) return "exceeds-limit";
  if (nowMs < terms.saleStartAtMs) return "not-started";
  if (nowMs >= terms.saleEndAtMs) return "ended";
  if (expectedPriceMinor !== null && expectedPriceMinor !== terms.priceMinor) return "price-changed";
  if (underWay) return "in-progress";
  if (unitsOf(orders) + quantity > terms.perUserLimit) return "limit-reached";
  return available < quantity ? "sold-out" : null;
}

function statusOf({ terms, epoch, available, held, purchased, buyersLoaded }: Stock, nowMs: number): InventoryStatus {
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision } = terms;
  const facts = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, revision };
  return { ...facts, epoch, available, held, purchased, buyersLoaded, nowMs };
}
