import type { Clock } from "../ports/clock.js";
import type { InventoryChanges } from "../ports/inventory-changes.js";
import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import { purchaseLock, type Locks } from "../ports/locks.js";
import { apply, withhold } from "./stock-changes.js";
import { endHolds, hold, statusOf, type Stock } from "./stock.js";

/** Buyers a page names. */
const KNOWN_PAGE = 1_000;

/** The hot ports, in memory. */
export interface MemoryInventory {
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  readonly inventoryChanges: InventoryChanges;
  /** Forgets everything at once, as a store that lost its memory does. */
  lose(): void;
  /** For tests and simulations, in no port's name: live, to be lost, or to be what it was before. */
  readonly stocks: Stocks;
}

export interface MemoryInventoryOptions {
  readonly clock: Clock;
  /** Life of a hold, in milliseconds. */
  readonly lockTtlMs: number;
  /** The locks beside it, of which a cancelled order's is let go. None: that lock goes by itself. */
  readonly locks?: Locks;
}

export interface Stocks {
  readonly ofProduct: Map<string, Stock>;
  readonly lastEpochs: Map<string, number>;
}

/** The inventory in process memory: for tests, for embedding, and as the readable form of what the Redis scripts do. */
export function createMemoryInventory(options: MemoryInventoryOptions): MemoryInventory {
  const { clock, lockTtlMs } = options;
  const stocks: Stocks = { ofProduct: new Map(), lastEpochs: new Map() };

  return {
    inventory: memoryInventory(stocks, clock, lockTtlMs),
    loading: memoryLoading(stocks),
    inventoryChanges: memoryChanges(stocks, options),
    lose() {
      stocks.ofProduct.clear();
      stocks.lastEpochs.clear();
    },
    stocks,
  };
}

function inService({ ofProduct, lastEpochs }: Stocks, productId: string, epoch: number): Stock | null {
  const stock = ofProduct.get(productId);
  return stock?.epoch === epoch && lastEpochs.get(productId) === epoch ? stock : null;
}

function memoryInventory(stocks: Stocks, clock: Clock, lockTtlMs: number): Inventory {
  return {
    hold: async (request, lock) => {
      const stock = inService(stocks, request.productId, request.epoch);
      return stock ? hold(stock, request, lock, clock.now(), lockTtlMs) : { kind: "not-in-service" };
    },
    confirm: async (productId, epoch, reservations) => {
      const stock = inService(stocks, productId, epoch);
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
      const stock = inService(stocks, productId, epoch);
      if (!stock) return { before: 0, after: 0 };
      const before = stock.available;
      stock.available += endHolds(stock, reservations);
      return { before, after: stock.available };
    },
    expired: async (productId, epoch, max) => {
      const holds = [...(inService(stocks, productId, epoch)?.holds.values() ?? [])];
      const due = holds.filter(({ deadlineMs }) => deadlineMs <= clock.now());
      return due.sort((a, b) => a.deadlineMs - b.deadlineMs).slice(0, max);
    },
    status: async (productId, epoch) => {
      const stock = inService(stocks, productId, epoch);
      return stock && statusOf(stock, clock.now());
    },
    audit: async (productId, epoch) => {
      const stock = inService(stocks, productId, epoch);
      return stock && { status: statusOf(stock, clock.now()), holds: [...stock.holds.values()] };
    },
    buyers: async (productId, epoch, userIds) => {
      const stock = inService(stocks, productId, epoch);
      return (
        stock &&
        userIds.map((userId) => ({
          orders: stock.buyers.get(userId) ?? null,
          holds: stock.holds.get(userId)?.id ?? null,
        }))
      );
    },
  };
}

function memoryChanges(stocks: Stocks, { clock, lockTtlMs, locks }: MemoryInventoryOptions): InventoryChanges {
  return {
    withhold: async (request) => {
      const stock = inService(stocks, request.productId, request.epoch);
      return stock ? withhold(stock, request, clock.now(), lockTtlMs) : { kind: "not-in-service" };
    },
    apply: async (epoch, change) => {
      const stock = inService(stocks, change.productId, epoch);
      if (!stock) return { kind: "not-in-service" };
      const answer = apply(stock, change);
      if (locks && answer.kind === "applied" && change.kind === "cancel")
        await locks.release(purchaseLock(change.productId, epoch, change.userId), change.id);
      return answer;
    },
  };
}

function memoryLoading(stocks: Stocks): InventoryLoading {
  return {
    load: async (productId, epoch, terms, committed) => {
      if ((stocks.lastEpochs.get(productId) ?? 0) >= epoch) return "refused";
      stocks.lastEpochs.set(productId, epoch);
      const counts = { available: terms.totalQuantity - committed, held: 0, purchased: committed };
      stocks.ofProduct.set(productId, {
        epoch,
        terms,
        ...counts,
        buyersLoaded: false,
        buyers: new Map(),
        holds: new Map(),
      });
      return "loaded";
    },
    lastEpoch: async (productId) => stocks.lastEpochs.get(productId) ?? 0,
    teach: async (productId, epoch, revision, buyers) => {
      const stock = inService(stocks, productId, epoch);
      if (!stock) return "not-in-service";
      if (stock.terms.revision !== revision) return "behind";
      // A late teacher could tell of an order that is still held here, and its confirm would count it again.
      if (stock.buyersLoaded) return "taught";
      for (const { userId, orders } of buyers) if (!stock.buyers.has(userId)) stock.buyers.set(userId, orders);
      return "taught";
    },
    finishTeaching: async (productId, epoch) => {
      const stock = inService(stocks, productId, epoch);
      if (stock) stock.buyersLoaded = true;
    },
    knownBuyers: async (productId, epoch, from) => {
      const stock = inService(stocks, productId, epoch);
      if (!stock) return null;
      // Nobody is forgotten, and who becomes known comes last: places stay.
      const end = Number(from) + KNOWN_PAGE;
      const buyers = [...stock.buyers].slice(Number(from), end).map(([userId, orders]) => ({ userId, orders }));
      return { buyers, next: end < stock.buyers.size ? String(end) : null };
    },
  };
}
