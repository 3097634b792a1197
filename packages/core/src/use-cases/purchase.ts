import { OrderMayStand, StoreRejected, StoreUnavailable } from "../faults.js";
import type { GroupCommit, Place } from "../group-commit.js";
import { unitsOf, type Order } from "../order.js";
import type { Ids } from "../ports/ids.js";
import type { Product } from "../product.js";
import { draftOf } from "../reservation.js";
import type { SoldOutMemory } from "../sold-out-memory.js";
import { admit, type Admitted, type AdmitPorts } from "./admit.js";
import type { PurchaseOutcome, Refusal } from "./purchase-outcome.js";
import { attemptsAt, checkRequest, type Attempts, type PurchaseRequest } from "./purchase-request.js";
import { settleReservation, type SettlePorts } from "./settle-reservation.js";

export interface PurchasePorts extends AdmitPorts, SettlePorts {
  readonly commits: GroupCommit;
  readonly soldOut: SoldOutMemory;
  readonly ids: Ids;
}

/** Attempts of one request that may end in a void. */
const MAX_VOIDS = 3;
/** Lives of the inventory one attempt may see. */
const MAX_LIVES = 5;

/** Sells `quantity` units to one buyer. Repeating it with the same key, or the same reservation id, gives the same order. */
export const purchase = (ports: PurchasePorts) => {
  const attempt = attemptWith(ports);

  return async (request: PurchaseRequest): Promise<PurchaseOutcome> => {
    checkRequest(request);
    const productId = request.productId.toLowerCase();
    const product = ports.catalogue.known(productId) ?? (await ports.catalogue.find(productId));
    if (!product) return { kind: "unknown-product" };

    if (mayBeRemembered(product, request)) {
      // Where somebody asks already whether it is still so, the crowd waits for that answer.
      const answer = ports.soldOut.answer(product.id);
      if (answer !== undefined) await answer;
      if (ports.soldOut.has(product.id, product.epoch)) return { kind: "refused", reason: "sold-out" };
    }
    const attempts = attemptsAt(product, request, ports.ids);

    // A place in the queue first: what cannot be committed must not be held.
    const place = ports.commits.takePlace();
    if (!place) return { kind: "overloaded" };
    // Not `using`: what it is compiled to costs a purchase 1 µs.
    try {
      for (let number = 1, left = MAX_VOIDS; left > 0; number += 1) {
        const reservationId = attempts.reservationId(number);
        if (reservationId === null) break;
        const outcome = await attempt(attempts, reservationId, place);
        if (outcome !== "void" && outcome !== "void before") return outcome;
        // An attempt of a key that an earlier request ended is passed over: else three of them would end the key.
        if (outcome === "void" || !attempts.repeatable) left -= 1;
      }
      return { kind: "unavailable", orderId: null };
    } finally {
      place[Symbol.dispose]();
    }
  };

  /** Only what the memory of "sold out" cannot answer wrongly: no replay, no other price, no more units than one buyer may own. */
  function mayBeRemembered(product: Product, request: PurchaseRequest): boolean {
    if (request.idempotencyKey !== undefined || request.reservationId !== undefined) return false;
    return request.expectedPrice === undefined && (request.quantity ?? 1) <= product.perUserLimit;
  }
};

/** One reservation, from admission to its end: the buyer's answer, or that it ended without an order: now, or before. */
const attemptWith = (ports: PurchasePorts) => {
  const { catalogue, orders } = ports;
  const admitBuyer = admit(ports);
  const settle = settleReservation(ports);

  async function attempt(
    attempts: Attempts,
    firstId: string,
    place: Place,
  ): Promise<PurchaseOutcome | "void" | "void before"> {
    const { product, hold, metadata } = attempts;

    for (let life = 0, reservationId = firstId; life < MAX_LIVES; life += 1) {
      const heard = ports.soldOut.ask(product.id);
      let admitted: Admitted | null;
      try {
        admitted = await admitBuyer(hold, reservationId);
        if (admitted === null) return { kind: "unknown-product" };
        rememberStock(product.id, admitted);
      } finally {
        heard?.();
      }
      if (admitted.kind === "already-ordered") return replay(admitted.orderId, hold);
      if (admitted.kind === "refused") {
        const ownOrder = attempts.ownOf(admitted.orders.map(({ id }) => id));
        if (ownOrder !== null) return replay(ownOrder, hold);
        // A later attempt of this key, after a void: its order may stand already, whatever the window says by now.
        const ownHold = attempts.ownOf(admitted.holds === null ? [] : [admitted.holds]);
        if (ownHold === null) return refusal(admitted);
        reservationId = ownHold;
        continue;
      }

      const { reservation } = admitted;
      if (reservation.fingerprint !== hold.fingerprint) return boughtOrReused(attempts, reservationId);

      const committed = await place
        .commit(draftOf(reservation, product.currency, metadata))
        .catch((fault: unknown) => throwMayStand(fault, reservationId));
      // The hold went with its inventory: the same reservation is admitted again, to the new one.
      if (committed.kind === "epoch-moved") {
        await catalogue.refresh(product.id);
        continue;
      }
      const outcome = await settle(reservation, admitted.revision, committed);
      const ended = outcome === "void" || outcome === "void before";
      if (!ended || reservationId === firstId) return outcome;
      // What ended is another attempt of the key. This one was never made, and may be somebody else's order by now.
      reservationId = firstId;
    }
    return { kind: "unavailable", orderId: null };
  }

  /** The order that stands under this id, to whoever asks for it again. */
  async function replay(
    orderId: string,
    { productId, userId, fingerprint }: Attempts["hold"],
  ): Promise<PurchaseOutcome> {
    const order = await orders.find(orderId).catch((fault: unknown) => orNullWhenAway(fault, orderId));
    if (!order) return { kind: "unavailable", orderId };
    const isOwn = order.productId === productId && order.userId === userId && order.fingerprint === fingerprint;
    return isOwn ? { kind: "purchased", order, replayed: true } : { kind: "key-reused" };
  }

  /**
   * Another request holds this id. Whether this one has its order only the ledger knows: an inventory that went back does not, and
   * a hold of a voided attempt, which will end, says nothing of the attempts after it.
   */
  async function boughtOrReused({ hold, ownOf }: Attempts, reservationId: string): Promise<PurchaseOutcome> {
    const bought = await orders.ofBuyer(hold.productId, hold.userId);
    const isOwn = ({ id, fingerprint }: Order): boolean =>
      fingerprint === hold.fingerprint && (id === reservationId || ownOf([id]) !== null);
    const order = bought.find(isOwn);
    return order ? { kind: "purchased", order, replayed: true } : { kind: "key-reused" };
  }

  /** Nothing left, not merely fewer than asked: only then may the next buyer be refused unasked. */
  function rememberStock(productId: string, admitted: Admitted): void {
    if (admitted.kind === "already-ordered" || admitted.available > 0) return;
    if (admitted.kind === "refused" && admitted.reason !== "sold-out") return;
    const { epoch } = admitted;
    ports.soldOut.remember(productId, epoch);
    if (admitted.kind === "held") ports.announce({ kind: "sold-out", productId, epoch });
  }

  return attempt;
};

function refusal({ reason, orders, perUserLimit }: Extract<Admitted, { kind: "refused" }>): Refusal {
  switch (reason) {
    case "exceeds-limit":
      return { kind: "refused", reason, perUserLimit };
    case "limit-reached": {
      const orderIds = orders.filter(({ units }) => units > 0).map(({ id }) => id);
      return { kind: "refused", reason, orderIds, unitsLeft: Math.max(0, perUserLimit - unitsOf(orders)) };
    }
    default:
      return { kind: "refused", reason };
  }
}

/** A write was sent, so its buyer must hear where to ask; unless the store said that it took nothing of it. */
function throwMayStand(fault: unknown, orderId: string): never {
  if (fault instanceof StoreRejected) throw fault;
  throw new OrderMayStand(orderId, { cause: fault });
}

/** The inventory knows that the order stands: its buyer is told where to ask, not that nothing was sold. */
function orNullWhenAway(fault: unknown, orderId: string): null {
  if (fault instanceof StoreUnavailable) return null;
  throw new OrderMayStand(orderId, { cause: fault });
}
