import { StoreRejected, type CommitAnswer, type Order, type OrderDraft } from "@flash-sale/core";
import type pg from "pg";
import { askForRow, type Row } from "./connection.js";
import * as decode from "./decode.js";

const COMMIT = "select outcomes, base, standing from commit_reservations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

/** One call of the function `commit_reservations`: its file says what the letters of the reply mean. */
export async function commitReservations(
  pool: pg.Pool,
  productId: string,
  epoch: number,
  drafts: readonly OrderDraft[],
): Promise<CommitAnswer[]> {
  const [first] = drafts;
  if (!first) return [];
  if (drafts.some(({ currency }) => currency !== first.currency)) {
    throw new StoreRejected("orders", { cause: new TypeError(`product ${productId} has more than one currency`) });
  }
  const values = [
    productId,
    epoch,
    drafts.map(({ id }) => id),
    drafts.map(({ userId }) => userId),
    drafts.map(({ quantity }) => quantity),
    drafts.map(({ priceMinor }) => priceMinor),
    first.currency,
    drafts.map(({ fingerprint }) => fingerprint),
    drafts.map(({ metadata }) => (metadata === null ? null : JSON.stringify(metadata))),
    drafts.map(({ admittedAtMs }) => admittedAtMs),
  ];
  const row = await askForRow(pool, COMMIT, values, "commit_reservations");
  return answersOf(row, drafts);
}

function answersOf(row: Row, drafts: readonly OrderDraft[]): CommitAnswer[] {
  const outcomes = decode.text(row, "outcomes");
  if (outcomes.length !== drafts.length) throw decode.unknown("outcomes", outcomes);
  const standing = standingOrders(row);
  let number = decode.integer(row, "base");

  return drafts.map((draft, index): CommitAnswer => {
    const outcome = outcomes[index];
    switch (outcome) {
      case "c":
        number += 1;
        return { kind: "order", order: orderOf(draft, number), created: true };
      case "s": {
        const order = standing.get(draft.id.toLowerCase());
        if (!order) throw decode.unknown("standing", row.standing);
        return { kind: "order", order, created: false };
      }
      case "v":
        return { kind: "void", cause: "standing" };
      case "l":
        return { kind: "void", cause: "limit" };
      case "t":
        return { kind: "void", cause: "total" };
      case "x":
        return { kind: "conflict" };
      case "e":
        return { kind: "epoch-moved" };
      default:
        throw decode.unknown("outcomes", outcomes);
    }
  });
}

function standingOrders(row: Row): ReadonlyMap<string, Order> {
  if (row.standing === null) return new Map();
  const orders = decode.list(row, "standing").map((one) => {
    if (!decode.isObject(one)) throw decode.unknown("standing", one);
    return decode.order(one);
  });
  return new Map(orders.map((order) => [order.id, order]));
}

/** A row just written holds what was sent: the reply need not carry it back. */
function orderOf(draft: OrderDraft, number: number): Order {
  const { id, productId, userId, quantity, priceMinor, currency, fingerprint, metadata, admittedAtMs } = draft;
  return {
    id,
    number,
    productId,
    userId,
    quantity,
    priceMinor,
    currency,
    status: "confirmed",
    fingerprint,
    metadata,
    admittedAtMs,
  };
}
