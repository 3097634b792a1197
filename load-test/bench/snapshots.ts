import { setTimeout as sleep } from "node:timers/promises";
import { number, openDatabase } from "./database.js";

/** The oldest that was seen, look by look: what keeps vacuum from its work. */
export interface Ages {
  readonly looks: number;
  readonly snapshotMs: number;
  /** Also of those that hold no snapshot at the moment. */
  readonly transactionMs: number;
}

const LOOK_EVERY_MS = 50;

const OLDEST = `
  select coalesce(max(age) filter (where backend_xmin is not null), 0) as snapshot, coalesce(max(age), 0) as transaction
    from (
      select backend_xmin, extract(epoch from clock_timestamp() - xact_start) * 1000 as age
        from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
    ) sessions`;

/** Looks at all sessions of a database while `work` goes on. */
export const watchSnapshots = async <T>(
  databaseUrl: string,
  work: () => Promise<T>,
): Promise<{ readonly ages: Ages; readonly result: T }> => {
  await using database = await openDatabase(databaseUrl);
  let over = false;
  const working = work().finally(() => (over = true));
  const ages = { looks: 0, snapshotMs: 0, transactionMs: 0 };
  while (!over) {
    const row = await database.askForRow(OLDEST);
    ages.looks += 1;
    ages.snapshotMs = Math.max(ages.snapshotMs, number(row, "snapshot"));
    ages.transactionMs = Math.max(ages.transactionMs, number(row, "transaction"));
    await Promise.race([working, sleep(LOOK_EVERY_MS)]);
  }
  return { ages, result: await working };
};
