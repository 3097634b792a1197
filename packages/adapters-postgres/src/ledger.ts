import { StoreRejected, StoreUnavailable, UUID, type LockedLedger } from "@flash-sale/core";
import type pg from "pg";
import { withConnection, type Query } from "./connection.js";
import * as decode from "./decode.js";
import { rowOf } from "./faults.js";

/**
 * Longest time the ledger's lock is kept between two statements. A process that is paused in here would stall its product:
 * 3 to 9 s were measured with the driver's own time-outs alone.
 */
const LOCK_LIMIT_MS = 1_000;

/**
 * The embedded database is left out: there a session that is ended is the end of the database, which would spin for ever
 * (PGlite 0.5.8); it has no other session either that could wait for the lock.
 */
const BEGIN = `begin;
  select set_config('idle_in_transaction_session_timeout', '${LOCK_LIMIT_MS}', true), set_config('lock_timeout', '2500', true),
    set_config('statement_timeout', '3000', true)
  where version() not like '%PGlite%'`;
const LOCK = "select epoch, revision, total, committed from ledger where product_id = $1 for no key update";
/** A statement after the lock, so that it sees what was committed while the lock was awaited. */
const PRODUCT = `select ${decode.PRODUCT_COLUMNS} from products p join ledger l on l.product_id = p.id where p.id = $1`;
const NEXT_EPOCH = "select next_epoch($1) as epoch";
/** Never back: an older epoch's inventory would be believed again. */
const MOVE_EPOCH = "update ledger set epoch = $2 where product_id = $1 and epoch < $2";
const CONFIRMED = "select id, quantity from orders where product_id = $1 and id = any ($2) and status = 'confirmed'";

export async function withLedger<T>(
  pool: pg.Pool,
  productId: string,
  work: (ledger: LockedLedger) => Promise<T>,
): Promise<T | null> {
  if (!UUID.test(productId)) return null;
  return withConnection(pool, async ({ query, lost }) => {
    let step: "working" | "committing" | "rolling back" = "working";
    // Work that outlives its time must not write into somebody else's transaction.
    const ask: Query = (text, values) => {
      if (step !== "working")
        throw new StoreUnavailable("orders", "none", { cause: new Error("the ledger is no longer locked") });
      return query(text, values);
    };
    try {
      await query(BEGIN);
      const ledger = await lock(ask, productId);
      const result = ledger && (await Promise.race([withinLimit(work(ledger)), lost]));
      step = "committing";
      const { command } = await query("commit");
      // The server answers the commit of a transaction in which a statement failed with a rollback, and no error.
      if (command !== "COMMIT") throw new StoreUnavailable("orders", "none");
      return result;
    } catch (fault) {
      // What was lost before the commit was sent never happened.
      const lostEarly = step === "working" && fault instanceof StoreUnavailable && fault.store === "orders";
      step = "rolling back";
      // Where this fails as well the connection is closed, which rolls back.
      await query("rollback").catch(() => undefined);
      throw lostEarly ? new StoreUnavailable("orders", "none", { cause: fault.cause }) : fault;
    }
  });
}

async function lock(query: Query, productId: string): Promise<LockedLedger | null> {
  const [row] = (await query(LOCK, [productId])).rows;
  if (!row) return null;
  const product = rowOf((await query(PRODUCT, [productId])).rows);
  return {
    epoch: decode.integer(row, "epoch"),
    revision: decode.integer(row, "revision"),
    total: decode.integer(row, "total"),
    committed: decode.integer(row, "committed"),
    product: decode.product(product),
    nextEpoch: async (atLeast) => {
      const epoch = decode.integer(row, "epoch");
      const given = rowOf((await query(NEXT_EPOCH, [Math.max(epoch + 1, atLeast)])).rows);
      return decode.integer(given, "epoch");
    },
    moveEpoch: async (epoch) => {
      const { rowCount } = await query(MOVE_EPOCH, [productId, epoch]);
      if (rowCount !== 1)
        throw new StoreRejected("orders", { cause: new RangeError(`epoch ${epoch} is not a later one`) });
    },
    confirmed: async (ids) => {
      if (ids.length === 0) return [];
      const { rows } = await query(CONFIRMED, [productId, ids]);
      return rows.map((found) => ({ id: decode.text(found, "id"), units: decode.integer(found, "quantity") }));
    },
  };
}

/** The work's answer, unless its time is up. */
async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const cause = new Error(`the ledger was locked for ${LOCK_LIMIT_MS} ms`);
    timer = setTimeout(() => reject(new StoreUnavailable("orders", "none", { cause })), LOCK_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
