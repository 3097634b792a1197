import type { Change } from "../change.js";
import type { BookView, MemoryDatabase } from "../memory/database.js";
import type { MemoryInventory } from "../memory/inventory.js";
import type { Ledger, Order } from "../order.js";
import type { ApplyAnswer } from "../ports/inventory-changes.js";
import type { InventoryStatus } from "../ports/inventory.js";
import type { CommitAnswer } from "../ports/orders.js";
import type { Product } from "../product.js";
import type { OrderDraft, Reservation } from "../reservation.js";
import type { Journal } from "./journal.js";
import type { SalePlan } from "./plan.js";

/** The checks that are made at every step. Each looks at what stands, not at what was answered. */
export interface Invariants {
  /** After every write to the orders of a product: I1, I3, I6, numbers and revisions without a gap, one order a key. */
  written(productId: string): void;
  answered(answer: CommitAnswer, draft: OrderDraft | undefined): void;
  /** Nobody is admitted outside the window that the ledger had at the inventory's revision. */
  admitted(revision: number, reservation: Reservation): void;
  /** Units go back only after a void stands; a purchase only after its order. */
  releasing(productId: string, reservations: readonly Reservation[]): void;
  confirming(productId: string, reservations: readonly Reservation[]): void;
  /** A life of an inventory was put in service at this revision, or would be: its rebuild may not come to its end. */
  loaded(productId: string, epoch: number, revision: number): void;
  /** A change is applied in its turn and once, and the stock is as the ledger has it. */
  applying(epoch: number, change: Change, answer: ApplyAnswer): void;
  /** The inventory in service never offers more than the ledger has left, and knows of no change that the ledger does not. */
  offered(productId: string): Promise<void>;
}

interface Seen {
  epoch: number;
  revision: number;
  orders: number;
  units: number;
  /** What was meant to be sold, and what has been made of it since. */
  total: number;
  limit: number;
  /** The same as the ledger's rows have had it. */
  rowsTotal: number;
  rowsLimit: number;
  /** The last change that lowered the limit, and when each life of the inventory had followed it. */
  lowered: { readonly revision: number; readonly followedMs: Map<number, number> } | null;
  /** As it was put on sale. */
  readonly opened: Pick<Product, "saleStartAtMs" | "saleEndAtMs">;
  readonly prices: Set<number>;
  readonly unitsOfBuyer: Map<string, number>;
  readonly orderOfPurchase: Map<string, string>;
  readonly rows: Map<string, string>;
  readonly cancelled: Set<string>;
  /** By epoch and revision. */
  readonly applied: Set<string>;
}

interface Ports {
  /** What was meant to be sold: "sale 0", "sale 1" as the products' names say. */
  readonly sales: readonly SalePlan[];
  readonly database: MemoryDatabase;
  readonly hot: () => {
    readonly servers: readonly { readonly memory: MemoryInventory }[];
    isTainted(productId: string, epoch: number): boolean;
  };
  readonly journal: Journal;
  /** The stores' clock. */
  readonly nowMs: () => number;
}

export function createInvariants({ sales, database, hot, journal, nowMs }: Ports): Invariants {
  const seen = new Map<string, Seen>();
  const { violated } = journal;

  function seenOf({ product }: BookView): Seen {
    const known = seen.get(product.id);
    if (known) return known;
    const planned = sales[Number(product.name.split(" ")[1])];
    if (!planned) throw new Error(`nobody planned to sell ${product.name}`);
    const fresh: Seen = {
      ...{ epoch: 0, revision: 0, orders: 0, units: 0 },
      ...{ total: planned.totalQuantity, limit: planned.perUserLimit },
      ...{ rowsTotal: product.totalQuantity, rowsLimit: product.perUserLimit },
      lowered: null,
      opened: product,
      prices: new Set([product.priceMinor]),
      unitsOfBuyer: new Map(),
      orderOfPurchase: new Map(),
      rows: new Map(),
      cancelled: new Set(),
      applied: new Set(),
    };
    seen.set(product.id, fresh);
    return fresh;
  }

  /** Answers the highest limit that was in force since the last look: an order may have been committed just before it was lowered. */
  function newChange(known: Seen, book: BookView, change: Change): number {
    known.revision += 1;
    if (change.revision !== known.revision)
      violated("I6", `change ${change.id} has revision ${change.revision}, not ${known.revision}`);
    if (change.kind === "cancel") {
      if (known.cancelled.has(change.id)) violated("I6", `order ${change.id} is cancelled twice`);
      if (book.rows.get(change.id)?.status !== "cancelled")
        violated("I6", `${change.id} is cancelled, and its row is not`);
      known.cancelled.add(change.id);
      known.units -= change.units;
      known.unitsOfBuyer.set(change.userId, (known.unitsOfBuyer.get(change.userId) ?? 0) - change.units);
      return known.limit;
    }
    const { totalQuantity, perUserLimit, priceMinor } = change.terms;
    const before = known.limit;
    if (totalQuantity !== known.rowsTotal) known.total = totalQuantity;
    if (perUserLimit !== known.rowsLimit) known.limit = perUserLimit;
    if (perUserLimit < known.rowsLimit) known.lowered = { revision: change.revision, followedMs: new Map() };
    known.rowsTotal = totalQuantity;
    known.rowsLimit = perUserLimit;
    known.prices.add(priceMinor);
    return Math.max(before, known.limit);
  }

  function newOrder(known: Seen, order: Order, limit: number): void {
    const { id, number, userId, quantity, priceMinor, metadata } = order;
    known.orders += 1;
    // What is cancelled already has left the sum before it came in.
    known.units += quantity;
    if (number !== known.orders) violated("I6", `order ${id} has number ${number}, not ${known.orders}`);
    if (!known.prices.has(priceMinor))
      violated("soundness", `order ${id} has the price ${priceMinor}, which nobody asked`);

    const units = (known.unitsOfBuyer.get(userId) ?? 0) + quantity;
    known.unitsOfBuyer.set(userId, units);
    if (units > limit) violated("I3", `${userId} has ${units} units with a limit of ${limit}, the last by order ${id}`);

    const purchase = String(metadata?.["purchase"]);
    const earlier = known.orderOfPurchase.get(purchase);
    known.orderOfPurchase.set(purchase, id);
    if (earlier !== undefined) violated("idempotency", `purchase ${purchase} has the orders ${earlier} and ${id}`);
  }

  function followed(productId: string, epoch: number, revision: number): void {
    const lowered = seen.get(productId)?.lowered;
    if (lowered && revision >= lowered.revision && !lowered.followedMs.has(epoch))
      lowered.followedMs.set(epoch, nowMs());
  }

  /** What an inventory says that came back from an older state, and that nobody could tell from a sound one, proves nothing. */
  const isTainted = (productId: string, epoch: number) => hot().isTainted(productId, epoch);

  return {
    written(productId) {
      const book = database.inspect(productId);
      if (!book) return;
      const known = seenOf(book);
      const { epoch, revision, committed } = book.ledger;

      if (epoch < known.epoch) violated("soundness", `the ledger went back from epoch ${known.epoch} to ${epoch}`);
      if (epoch > known.epoch) journal.count(known.epoch === 0 ? "first epochs" : "rebuilds");
      known.epoch = epoch;

      let limit = known.limit;
      for (const change of book.changes.slice(known.revision)) limit = Math.max(limit, newChange(known, book, change));
      if (revision !== known.revision)
        violated("I6", `the ledger is at revision ${revision} after ${known.revision} changes`);
      for (const order of book.orders.slice(known.orders)) newOrder(known, order, limit);
      if (known.orders !== book.orders.length)
        violated("I6", `of ${known.orders} orders ${book.orders.length} are left`);
      if (committed !== known.units) violated("I2", `the ledger counts ${committed} units, its orders ${known.units}`);
      if (committed > known.total) violated("I1", `${committed} units are committed of ${known.total}`);

      for (const [id, { status }] of book.rows) {
        const before = known.rows.get(id);
        if (before === status) continue;
        known.rows.set(id, status);
        if (status === "cancelled" && before !== "void" && known.cancelled.has(id))
          journal.count("cancellations written");
        else if (before !== undefined || status === "cancelled")
          violated("I6", `${id} was ${before ?? "missing"} and became ${status}`);
        else if (status === "void") journal.count("voids");
      }
      if (book.rows.size !== known.rows.size) violated("I6", `of ${known.rows.size} rows ${book.rows.size} are left`);
    },

    answered(answer, draft) {
      if (answer.kind === "void") journal.count(`commits told void: ${answer.cause}`);
      if (answer.kind === "epoch-moved" || answer.kind === "conflict") journal.count(`commits told ${answer.kind}`);
      const cause = answer.kind === "void" ? answer.cause : "standing";
      if (cause === "standing" || !draft) return;
      if (isTainted(draft.productId, draft.epoch)) {
        journal.count("contradictions that told of an older state");
        return;
      }
      // Admitted before this life of the inventory had followed to a lower limit.
      const lowered = seen.get(draft.productId)?.lowered;
      const followedMs = lowered?.followedMs.get(draft.epoch) ?? Number.POSITIVE_INFINITY;
      if (cause === "limit" && lowered && draft.admittedAtMs <= followedMs) return;
      violated("soundness", `the ledger had to refuse (${cause}) what the inventory had admitted`);
    },

    admitted(revision, { id, productId, epoch, admittedAtMs }) {
      const book = database.inspect(productId);
      if (!book || isTainted(productId, epoch)) return;
      const changed = book.changes.slice(0, revision).findLast(({ kind }) => kind === "terms");
      const { saleStartAtMs, saleEndAtMs } = changed?.kind === "terms" ? changed.terms : seenOf(book).opened;
      if (admittedAtMs < saleStartAtMs || admittedAtMs >= saleEndAtMs)
        violated("soundness", `${id} is admitted at ${admittedAtMs}, outside ${saleStartAtMs} to ${saleEndAtMs}`);
    },

    releasing(productId, reservations) {
      const rows = database.inspect(productId)?.rows;
      for (const { id, userId, fingerprint } of reservations) {
        const row = rows?.get(id);
        // Under a conflict the row is another buyer's or another request's: that reservation can have no order either.
        const isOwn = row?.userId === userId && row.fingerprint === fingerprint;
        if (row === undefined || (isOwn && row.status !== "void"))
          violated("I6", `the units of ${id} go back, and its row is ${row?.status ?? "missing"}`);
      }
    },

    confirming(productId, reservations) {
      const rows = database.inspect(productId)?.rows;
      for (const { id } of reservations) {
        const status = rows?.get(id)?.status ?? "missing";
        // Cancelled by now: its hold is a purchase until the inventory follows, or has ended.
        if (status !== "confirmed" && status !== "cancelled")
          violated("I6", `${id} is confirmed to the inventory, and its order is ${status}`);
      }
    },

    loaded: followed,

    applying(epoch, change, answer) {
      const { productId, revision } = change;
      // Nor does one that the ledger has left behind: a second master that some still talk to.
      if (isTainted(productId, epoch) || epoch !== database.ledger(productId)?.epoch) return;
      if (answer.kind === "contradicted" || answer.kind === "too-early")
        violated("soundness", `the inventory finds change ${revision} ${answer.kind}: ${JSON.stringify(change)}`);
      if (answer.kind !== "applied") return;
      followed(productId, epoch, revision);
      const applied = seen.get(productId)?.applied;
      const turn = `${epoch} ${revision}`;
      if (applied?.has(turn)) violated("I6", `change ${revision} is applied twice to epoch ${epoch}`);
      applied?.add(turn);
    },

    async offered(productId) {
      const ledger = database.ledger(productId);
      if (!ledger || isTainted(productId, ledger.epoch)) return;
      for (const { memory } of hot().servers) {
        const status = await memory.inventory.status(productId, ledger.epoch);
        if (status) checkOffer(ledger, status);
      }
    },
  };

  function checkOffer(ledger: Ledger, status: InventoryStatus): void {
    const { available, held, purchased, totalQuantity, revision } = status;
    const counts = `${available} available, ${held} held, ${purchased} purchased of ${totalQuantity}`;
    if (available < 0 || held < 0 || purchased < 0 || available + held + purchased !== totalQuantity)
      violated("I2", counts);
    const left = ledger.total - ledger.committed;
    if (available > left)
      violated("I2", `epoch ${ledger.epoch} offers more than the ${left} units that are left: ${counts}`);
    if (revision > ledger.revision)
      violated("I2", `the inventory is at revision ${revision}, the ledger at ${ledger.revision}`);
  }
}
