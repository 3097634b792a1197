// An adapter for another store: the port `Locks` on PostgreSQL. What it must do is not up to it: see the test beside it.
import { StoreUnavailable, type LockName, type Locks } from "@flash-sale/core";
import type pg from "pg";

export async function createLocksTable(pool: pg.Pool): Promise<void> {
  await pool.query(
    "create table if not exists sale_locks (name text primary key, owner text not null, expires_at timestamptz not null)",
  );
}

/**
 * One statement, so that of many who ask at once the row lets one through. Time is the database's: the clocks of two
 * processes never agree.
 */
const ACQUIRE = `
  insert into sale_locks (name, owner, expires_at)
  values ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
  where sale_locks.owner = excluded.owner or sale_locks.expires_at <= clock_timestamp()`;

/** The owner's own, or nobody's: a lock that ran out and was taken by somebody else is left alone. */
const RELEASE = "delete from sale_locks where name = $1 and owner = $2";

/** Locks over a pool of yours, which stays yours to close. */
export function createPostgresLocks(pool: pg.Pool): Locks {
  return {
    acquire: async (name, owner, ttlMs) => (await ask(pool, ACQUIRE, [textOf(name), owner, ttlMs])) === 1,
    release: async (name, owner) => {
      await ask(pool, RELEASE, [textOf(name), owner]);
    },
  };
}

/** As JSON: joined by any character, `a:b` and `c` would be the same lock as `a` and `b:c`. */
const textOf = (name: LockName): string => JSON.stringify(name);

/** What a store could not do, in the core's words: "unknown", since the statement may have been carried out. */
async function ask(pool: pg.Pool, statement: string, values: readonly unknown[]): Promise<number | null> {
  try {
    return (await pool.query(statement, [...values])).rowCount;
  } catch (cause) {
    throw new StoreUnavailable("inventory", "unknown", { cause });
  }
}
