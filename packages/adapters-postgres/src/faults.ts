import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import pg from "pg";

/** The answer is not the query's: its connection is out of step, and would give every later query the answer to another. */
export class OutOfStep extends Error {
  override readonly name = "OutOfStep";
}

/** What a failed query means for the caller, and whether its connection can be used again. */
export interface QueryFault {
  readonly fault: StoreUnavailable | StoreRejected;
  readonly connectionIsSound: boolean;
}

/**
 * Classes of SQLSTATE that say "not like this": bad data (22: U+0000, a number out of range), a constraint (23), a schema that does
 * not fit (42), a limit of the program (54), an exception raised on purpose (P0). Asked again they would answer the same.
 */
const REJECTED = /^(22|23|42|54|P0)/;

/**
 * The connection ended while the statement was under way, perhaps after its commit: connection lost (08), the server or an
 * administrator ended the session (57P01 to 57P05). Not so where a transaction was idle too long (25P03): then the server
 * had gone before it read the statement.
 */
const CONNECTION_ENDED = /^(08|57P)/;

/**
 * The statement alone failed, and the connection is as good as before: a rejected one, a deadlock or a serialization fault
 * (class 40), a lock that took too long (55P03), a time-out (57014).
 */
const CONNECTION_SOUND = /^(22|23|42|54|P0|40|55P03|57014)/;

/**
 * An error that the server answered has rolled the statement back: its effect is certainly none, also where it was a time-out
 * (57014), a deadlock (40P01) or a full disk (53100), and the caller may ask again. Only a connection that ended without an answer
 * leaves the effect unknown. Decided by the code: the severity's name is in the server's language.
 */
export function queryFault(cause: unknown): QueryFault {
  const code = cause instanceof pg.DatabaseError ? cause.code : undefined;
  // No answer came: the socket closed, or the driver's own time-out ran down while the server may still be at it.
  if (code === undefined || CONNECTION_ENDED.test(code)) {
    return { fault: new StoreUnavailable("orders", "unknown", { cause }), connectionIsSound: false };
  }
  const fault = REJECTED.test(code)
    ? new StoreRejected("orders", { cause })
    : new StoreUnavailable("orders", "none", { cause });
  return { fault, connectionIsSound: CONNECTION_SOUND.test(code) };
}

/** The row of an answer that always has one. */
export function rowOf<Row>([row]: readonly Row[]): Row {
  if (row === undefined) {
    const cause = new OutOfStep("the orders store answered without a row where there always is one");
    throw new StoreUnavailable("orders", "unknown", { cause });
  }
  return row;
}
