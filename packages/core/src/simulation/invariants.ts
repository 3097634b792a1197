import type { MemoryDatabase } from "../memory/database.js";
import type { MemoryInventory } from "../memory/inventory.js";
import type { Order } from "../order.js";
import type { CommitAnswer } from "../ports/orders.js";
import type { Reservation } from "../reservation.js";
import type { Journal } from "./journal.js";
import type { SalePlan } from "./plan.js";

/** The checks that are made at every step. Each looks at what stands, not at what was answered. */
export interface Invariants {
  /** After every write to the orders of a product: I1, I3, I6, numbers without a gap, one order a key. */
  written(productId: string): void;
  answered(answer: CommitAnswer): void;
  /** Units go back only after a void stands; a purchase only after its order. */
  releasing(productId: string, reservations: readonly Reservation[]): void;
  confirming(productId: string, reservations: readonly Reservation[]): void;
  /** The inventory in service never offers more than the ledger has left. */
  offered(productId: string): Promise<void>;
}

interface Seen {
  epoch: number;
  orders: number;
  units: number;
  readonly unitsOfBuyer: Map<string, number>;
  readonly orderOfPurchase: Map<string, string>;
  readonly rows: Map<string, string>;
}

interface Ports {
  /** What was meant to be sold: "sale 0", "sale 1" as the products' names say. */
  readonly sales: readonly SalePlan[];
  readonly database: MemoryDatabase;
  readonly memory: MemoryInventory;
  readonly journal: Journal;
}

export function createInvariants({ sales, database, memory, journal }: Ports): Invariants {
  const seen = new Map<string, Seen>();
  const { violated } = journal;

  function seenOf(productId: string): Seen {
    const fresh = {
      epoch: 0,
      orders: 0,
      units: 0,
      unitsOfBuyer: new Map(),
      orderOfPurchase: new Map(),
      rows: new Map(),
    };
    const known = seen.get(productId) ?? fresh;
    seen.set(productId, known);
    return known;
  }

  function newOrder(known: Seen, order: Order, limit: number): void {
    const { id, number, userId, quantity, metadata } = order;
    known.orders += 1;
    known.units += quantity;
    if (number !== known.orders) violated("I6", `order ${id} has number ${number}, not ${known.orders}`);

    const units = (known.unitsOfBuyer.get(userId) ?? 0) + quantity;
    known.unitsOfBuyer.set(userId, units);
    if (units > limit) violated("I3", `${userId} has ${units} units with a limit of ${limit}, the last by order ${id}`);

    const purchase = String(metadata?.["purchase"]);
    const earlier = known.orderOfPurchase.get(purchase);
    known.orderOfPurchase.set(purchase, id);
    if (earlier !== undefined) violated("idempotency", `purchase ${purchase} has the orders ${earlier} and ${id}`);
  }

  return {
    written(productId) {
      const book = database.inspect(productId);
      if (!book) return;
      const known = seenOf(productId);
      const { epoch, committed } = book.ledger;
      const planned = sales[Number(book.product.name.split(" ")[1])];
      if (!planned) throw new Error(`nobody planned to sell ${book.product.name}`);
      const { totalQuantity, perUserLimit } = planned;

      if (epoch < known.epoch) violated("soundness", `the ledger went back from epoch ${known.epoch} to ${epoch}`);
      if (epoch > known.epoch) journal.count(known.epoch === 0 ? "first epochs" : "rebuilds");
      known.epoch = epoch;

      for (const order of book.orders.slice(known.orders)) newOrder(known, order, perUserLimit);
      if (known.orders !== book.orders.length)
        violated("I6", `of ${known.orders} orders ${book.orders.length} are left`);
      if (committed !== known.units) violated("I2", `the ledger counts ${committed} units, its orders ${known.units}`);
      if (committed > totalQuantity) violated("I1", `${committed} units are committed of ${totalQuantity}`);

      for (const [id, { status }] of book.rows) {
        const before = known.rows.get(id);
        if (before === status) continue;
        known.rows.set(id, status);
        if (before !== undefined) violated("I6", `${id} was ${before} and became ${status}`);
        else if (status === "void") journal.count("voids");
      }
      if (book.rows.size !== known.rows.size) violated("I6", `of ${known.rows.size} rows ${book.rows.size} are left`);
    },

    answered(answer) {
      if (answer.kind === "void") journal.count(`commits told void: ${answer.cause}`);
      if (answer.kind === "epoch-moved" || answer.kind === "conflict") journal.count(`commits told ${answer.kind}`);
      const cause = answer.kind === "void" ? answer.cause : "standing";
      if (cause !== "standing")
        violated("soundness", `the ledger had to refuse (${cause}) what the inventory had admitted`);
    },

    releasing(productId, reservations) {
      const rows = database.inspect(productId)?.rows;
      for (const { id } of reservations) {
        // Under a conflict the row is another buyer's or another request's: that reservation can have no order either.
        if (rows?.has(id) !== true)
          violated("I6", `the units of ${id} go back, and nothing stands in the way of its order`);
      }
    },

    confirming(productId, reservations) {
      const rows = database.inspect(productId)?.rows;
      for (const { id } of reservations) {
        const status = rows?.get(id)?.status ?? "missing";
        if (status !== "confirmed") violated("I6", `${id} is confirmed to the inventory, and its order is ${status}`);
      }
    },

    async offered(productId) {
      const ledger = database.inspect(productId)?.ledger;
      if (!ledger) return;
      const stock = await memory.inventory.status(productId, ledger.epoch);
      if (!stock) return;
      const { available, held, purchased, totalQuantity } = stock;
      const counts = `${available} available, ${held} held, ${purchased} purchased of ${totalQuantity}`;
      if (available < 0 || held < 0 || available + held + purchased !== totalQuantity) violated("I2", counts);
      const left = ledger.total - ledger.committed;
      if (available > left)
        violated("I2", `epoch ${ledger.epoch} offers more than the ${left} units that are left: ${counts}`);
    },
  };
}
