import { StoreUnavailable } from "../faults.js";
import { noBooks, type Book } from "../memory/book.js";
import { createMemoryDatabase, type MemoryDatabase } from "../memory/database.js";
import type { Random } from "./random.js";
import type { Scheduler } from "./scheduler.js";
import type { Stores } from "./stores.js";

type DurableStores = Pick<Stores, "products" | "orders" | "orderPages" | "changes">;

/** What keeps the ledger right, and what a negative control may take out. */
export interface PostgresGuards {
  /** What is committed is counted in a statement after the lock, which sees what was committed while the lock was waited for. */
  readonly countsAfterTheWait: boolean;
  /** So is the epoch read. */
  readonly readsEpochAfterTheWait: boolean;
  /** What the inventory has admitted is committed only under the total … */
  readonly capsTheTotal: boolean;
  /** … and within its buyer's limit. */
  readonly keepsTheLimit: boolean;
  /** A transaction whose client does nothing is rolled back. */
  readonly endsIdleTransactions: boolean;
}

export const ALL_GUARDS: PostgresGuards = {
  countsAfterTheWait: true,
  readsEpochAfterTheWait: true,
  capsTheTotal: true,
  keepsTheLimit: true,
  endsIdleTransactions: true,
};

/** The in-memory database with the time that real ones take: locks are waited for, and what is under way can be cut off. */
export interface SimulatedPostgres extends DurableStores {
  readonly database: MemoryDatabase;
  /** Calls `cut` when the connection that a call uses is lost. Answers how to stop. */
  connected(cut: () => void): () => void;
  /** The standby takes over: what is committed stands, all else is undone, and all connections are lost. Answers how many were in use. */
  failOver(): number;
}

const LOCK_TIME_OUT_US = 2_500_000;
/** A statement with its write, flushed here and at the standby. */
const WRITE_US = { least: 100, most: 3_000 };

interface Ports {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** The slowest flush, now and then. */
  readonly slowestUs: number;
  readonly guards: PostgresGuards;
}

export function createSimulatedPostgres({ scheduler, random, slowestUs, guards }: Ports): SimulatedPostgres {
  const books = noBooks();
  const clock = guards.endsIdleTransactions
    ? scheduler.clock
    : { ...scheduler.clock, sleep: () => new Promise<void>(() => undefined) };
  const database = createMemoryDatabase({ clock, books });
  const { products, orders, orderPages, changes } = database;
  const connections = new Set<() => void>();
  const queues = new Map<string, Promise<void>>();
  /** Connections are of one generation of the server, and lost with it. */
  let generation = 0;

  /** Runs `work` while the ledger of a product is locked: after those that asked before, or not at all. */
  async function locked<T>(productId: string, work: () => Promise<T>): Promise<T> {
    const [own, sinceUs] = [generation, scheduler.nowUs()];
    const before = queues.get(productId);
    let unlock = (): void => undefined;
    const mine = new Promise<void>((resolve) => (unlock = resolve));
    queues.set(productId, mine);
    try {
      await before;
      if (own !== generation) throw new StoreUnavailable("orders", "unknown");
      if (scheduler.nowUs() - sinceUs > LOCK_TIME_OUT_US) throw new StoreUnavailable("orders", "none");
      return await work();
    } finally {
      if (queues.get(productId) === mine) queues.delete(productId);
      unlock();
    }
  }

  /** One statement that writes: locked for as long as it takes, and carried out in the end or never. */
  function write<T>(productId: string, statement: (seen: Book | undefined) => Promise<T>): Promise<T> {
    const book = books.ofProduct.get(productId);
    const atStart = book && { ...book };
    return locked(productId, async () => {
      const own = generation;
      await new Promise<void>((resume) => scheduler.after(writeUs(), resume));
      if (own !== generation) throw new StoreUnavailable("orders", "unknown");
      return statement(atStart);
    });
  }
  const writeUs = () =>
    random.between(WRITE_US.least, random.chance(0.02) ? Math.max(WRITE_US.most, slowestUs) : WRITE_US.most);

  return {
    database,
    products,
    orderPages,
    orders: {
      ...orders,
      commit: (productId, epoch, drafts) =>
        write(productId, (seen) =>
          decidedBy(books.ofProduct.get(productId), seen, guards, () => orders.commit(productId, epoch, drafts)),
        ),
      void: (productId, reservations) => write(productId, () => orders.void(productId, reservations)),
      withLedger: (productId, work) => locked(productId, () => orders.withLedger(productId, work)),
    },
    changes: {
      ...changes,
      change: (productId, id, edit, withheld) => write(productId, () => changes.change(productId, id, edit, withheld)),
      cancel: (orderId) => write(books.productOfOrder.get(orderId) ?? "", () => changes.cancel(orderId)),
    },
    connected(cut) {
      connections.add(cut);
      return () => void connections.delete(cut);
    },
    failOver() {
      const cut = [...connections];
      connections.clear();
      generation += 1;
      queues.clear();
      for (const tell of cut) tell();
      return cut.length;
    },
  };
}

const WITHOUT_END = 1_000_000;

/** Runs a commit that decides, where a guard is taken out, by less than the ledger has by now. */
async function decidedBy<T>(
  book: Book | undefined,
  seen: Book | undefined,
  guards: PostgresGuards,
  commit: () => Promise<T>,
): Promise<T> {
  if (!book || !seen) return commit();
  const { product } = book;
  const missed = guards.countsAfterTheWait ? 0 : book.committed - seen.committed;
  book.committed -= missed;
  book.product = {
    ...product,
    epoch: guards.readsEpochAfterTheWait ? product.epoch : seen.product.epoch,
    totalQuantity: guards.capsTheTotal ? product.totalQuantity : WITHOUT_END,
    perUserLimit: guards.keepsTheLimit ? product.perUserLimit : WITHOUT_END,
  };
  try {
    return await commit();
  } finally {
    book.committed += missed;
    book.product = product;
  }
}
