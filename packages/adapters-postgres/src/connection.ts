import { StoreUnavailable } from "@flash-sale/core";
import type pg from "pg";
import { OutOfStep, queryFault, rowOf } from "./faults.js";

export type Row = Readonly<Record<string, unknown>>;
export type Answer = Pick<pg.QueryResult<Row>, "rows" | "rowCount" | "command">;
export type Query = (text: string, values?: unknown[], name?: string) => Promise<Answer>;

export interface Connection {
  readonly query: Query;
  /** Rejects when the connection ends by itself; never resolves. */
  readonly lost: Promise<never>;
}

interface Warm {
  readonly client: pg.PoolClient;
  readonly onError: (fault: Error) => void;
}

/**
 * Of a pool the connection that was in use a moment ago: until the turn ends it is lent again without asking the pool, which takes a turn
 * to lend one. So the next batch of a busy product leaves before the buyers of the last one are told.
 */
const warm = new WeakMap<pg.Pool, Warm>();

async function lend(pool: pg.Pool): Promise<pg.PoolClient> {
  const found = takeWarm(pool);
  if (found) return found;
  return pool.connect().catch((cause: unknown) => {
    throw new StoreUnavailable("orders", "none", { cause });
  });
}

function takeWarm(pool: pg.Pool): pg.PoolClient | undefined {
  const found = warm.get(pool);
  if (!found) return undefined;
  warm.delete(pool);
  found.client.off("error", found.onError);
  return found.client;
}

function giveBack(pool: pg.Pool, client: pg.PoolClient, broken: Error | undefined): void {
  // Whoever waits for a connection comes first.
  if (broken || pool.waitingCount > 0 || warm.has(pool)) {
    client.release(broken);
    return;
  }
  const end = (fault?: Error): void => {
    if (warm.get(pool)?.onError === end) takeWarm(pool)?.release(fault);
  };
  client.on("error", end);
  warm.set(pool, { client, onError: end });
  setImmediate(end);
}

/**
 * Lends `work` one of the pool's connections. Faults of the store are thrown as StoreUnavailable and StoreRejected; what `work`
 * throws by itself passes through. A connection that failed, timed out or is out of step is closed, never lent again: its late
 * answer would be taken for the next query's.
 */
export async function withConnection<T>(pool: pg.Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = await lend(pool);
  let broken: Error | undefined;
  let over = false;
  let lose: (fault: StoreUnavailable) => void = () => undefined;
  const lost = new Promise<never>((_, reject) => (lose = reject));
  lost.catch(() => undefined);
  // Without a listener the process would end with its connection.
  const onError = (cause: Error): void => {
    broken ??= cause;
    lose(new StoreUnavailable("orders", "none", { cause }));
  };
  client.on("error", onError);

  const query: Query = async (text, values, name) => {
    // Nothing is sent over a connection that is known to be gone, or that is somebody else's by now.
    if (broken || over) throw new StoreUnavailable("orders", "none", { cause: broken });
    try {
      const config = { text, ...(values && { values }), ...(name !== undefined && { name }) };
      const result = await client.query<Row>(config);
      // Of an answer that ended before a command did; pg's type does not know it.
      if ((result.command as string | null) === null)
        throw new OutOfStep("the orders store answered a query before it had carried it out");
      return withoutTheDriver(result);
    } catch (cause) {
      const { fault, connectionIsSound } = queryFault(cause);
      if (!connectionIsSound) broken ??= fault;
      throw fault;
    }
  };

  try {
    return await work({ query, lost });
  } catch (fault) {
    if (fault instanceof StoreUnavailable && fault.cause instanceof OutOfStep) broken ??= fault;
    throw fault;
  } finally {
    over = true;
    client.off("error", onError);
    giveBack(pool, client, broken);
  }
}

/**
 * The driver's own result lives on for a while, in the old part of V8's heap, and would keep the rows there until the next full
 * collection: 15 ms a young collection that takes 1 ms without them, and 60 MB more at the peak of an export.
 */
function withoutTheDriver(result: pg.QueryResult<Row>): Answer {
  const { rows, rowCount, command } = result;
  result.rows = [];
  return { rows, rowCount, command };
}

/** One statement on a connection of its own: its own transaction. With a `name` it is parsed once a connection. */
export function ask(pool: pg.Pool, text: string, values: unknown[] = [], name?: string): Promise<readonly Row[]> {
  return withConnection(pool, async ({ query }) => (await query(text, values, name)).rows);
}

/** As `ask`, where one row always comes. */
export function askForRow(pool: pg.Pool, text: string, values: unknown[] = [], name?: string): Promise<Row> {
  return withConnection(pool, async ({ query }) => rowOf((await query(text, values, name)).rows));
}
