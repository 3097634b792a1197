import { UUID, type ChangeAnswer, type Changes, type ProductEdit, type Withheld } from "@flash-sale/core";
import type pg from "pg";
import { ask, askForRow, type Row } from "./connection.js";
import * as decode from "./decode.js";

const CHANGE = `select outcome, revision, committed
  from change_product($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;
const CANCEL = `select ${decode.ORDER_COLUMNS} from cancel_order($1) o`;
/** Revisions have no gaps, so the next `limit` changes are the next `limit` revisions: bounded on both sides, as pages of orders are. */
const AFTER = `select ${decode.CHANGE_COLUMNS} from changes c
  where c.product_id = $1 and c.revision > $2::bigint and c.revision <= $2::bigint + $3::bigint order by c.revision`;

/** The files of `change_product` and `cancel_order` say what they do. */
export function createChanges(pool: pg.Pool): Changes {
  return {
    change: async (productId, id, edit, withheld) => {
      if (!UUID.test(productId)) return null;
      return answerOf(await askForRow(pool, CHANGE, [productId, id, ...valuesOf(edit), ...takenOf(withheld)]));
    },
    cancel: async (orderId) => {
      if (!UUID.test(orderId)) return null;
      const [row] = await ask(pool, CANCEL, [orderId]);
      return row ? decode.order(row) : null;
    },
    after: async (productId, revision, limit) => {
      if (!UUID.test(productId)) return [];
      return (await ask(pool, AFTER, [productId, revision, limit])).map(decode.change);
    },
  };
}

/** What is not there stays as it is; only a description can be null. */
function valuesOf(edit: ProductEdit): unknown[] {
  const { name, description, priceMinor, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs } = edit;
  return [
    name,
    description !== undefined,
    description,
    priceMinor,
    totalQuantity,
    perUserLimit,
    saleStartAtMs,
    saleEndAtMs,
  ];
}

function takenOf(withheld: Withheld | null): unknown[] {
  return [withheld?.epoch, withheld?.revision, withheld?.units];
}

function answerOf(row: Row): ChangeAnswer | null {
  switch (row.outcome) {
    case null:
      return null;
    case "changed":
      return { kind: "changed", revision: decode.integer(row, "revision") };
    case "total-too-low":
      return { kind: "total-too-low", committed: decode.integer(row, "committed") };
    case "void":
    case "moved":
    case "no-window":
      return { kind: row.outcome };
    default:
      throw decode.unknown("outcome", row.outcome);
  }
}
