import { UUID, type CommitAnswer, type Orders } from "@flash-sale/core";
import type pg from "pg";
import { commitReservations } from "./commit.js";
import { ask, askForRow } from "./connection.js";
import * as decode from "./decode.js";
import { withLedger } from "./ledger.js";

/** An order is looked for by its id without its product: the row of a void of the same id elsewhere is none. */
const FIND = `select ${decode.ORDER_COLUMNS} from orders o where o.id = $1 and o.status <> 'void' limit 1`;
const OF_BUYER = `select ${decode.ORDER_COLUMNS} from orders o
  where o.product_id = $1 and o.user_id = $2 and o.status <> 'void' order by o.number desc`;
const VOID = "select void_reservations($1, $2, $3, $4, $5, $6, $7) as standing";

/**
 * Only the two functions are prepared by name. The reads are planned each time: a plan that is kept may have been made while the
 * table was small, and would scan it for ever.
 */
export function createOrders(pool: pg.Pool): Orders {
  return {
    commit: (productId, epoch, drafts): Promise<CommitAnswer[]> => commitReservations(pool, productId, epoch, drafts),

    void: async (productId, reservations) => {
      if (reservations.length === 0) return [];
      const values = [
        productId,
        reservations.map(({ id }) => id),
        reservations.map(({ userId }) => userId),
        reservations.map(({ quantity }) => quantity),
        reservations.map(({ priceMinor }) => priceMinor),
        reservations.map(({ fingerprint }) => fingerprint),
        reservations.map(({ admittedAtMs }) => admittedAtMs),
      ];
      const row = await askForRow(pool, VOID, values, "void_reservations");
      const standing = decode.list(row, "standing").map((status) => {
        switch (status) {
          case "void":
          case "changed":
          case "confirmed":
          case "cancelled":
            return status;
          default:
            throw decode.unknown("standing", status);
        }
      });
      if (standing.length !== reservations.length) throw decode.unknown("standing", standing);
      return standing;
    },

    find: async (id) => {
      if (!UUID.test(id)) return null;
      const [row] = await ask(pool, FIND, [id]);
      return row ? decode.order(row) : null;
    },

    ofBuyer: async (productId, userId) => (await ask(pool, OF_BUYER, [productId, userId])).map(decode.order),

    withLedger: (productId, work) => withLedger(pool, productId, work),
  };
}
