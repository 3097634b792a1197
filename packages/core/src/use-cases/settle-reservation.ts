import type { Catalogue } from "../catalogue.js";
import type { Confirm } from "../confirms.js";
import type { Committed } from "../group-commit.js";
import type { Admission } from "../ports/admission.js";
import type { Announce } from "../ports/announcements.js";
import type { Reservation } from "../reservation.js";
import type { FollowChanges } from "./follow-changes.js";
import type { InService } from "./in-service.js";
import type { PurchaseOutcome } from "./purchase-outcome.js";
import { putBack } from "./put-back.js";

export interface SettlePorts {
  readonly catalogue: Catalogue;
  readonly admission: Admission;
  readonly inService: InService;
  readonly announce: Announce;
  readonly followChanges: FollowChanges;
  readonly confirm: Confirm;
  /** Runs what no buyer waits for. */
  readonly inBackground: (doing: string, work: Promise<unknown>) => void;
}

type Settled = PurchaseOutcome | "void" | "void before";

/** Ends a hold as its commit was answered: the buyer's answer, or that there is no order: since now, or since before. */
export const settleReservation = (ports: SettlePorts) => {
  const { catalogue, confirm, inService, followChanges, inBackground } = ports;
  const release = putBack(ports);

  return (
    reservation: Reservation,
    revision: number,
    committed: Exclude<Committed, { kind: "epoch-moved" }>,
  ): Settled | Promise<Settled> =>
    committed.kind === "order"
      ? settleOrder(reservation, committed)
      : endWithoutOrder(reservation, revision, committed);

  function settleOrder(
    reservation: Reservation,
    { order, created }: Extract<Committed, { kind: "order" }>,
  ): PurchaseOutcome {
    const { productId } = reservation;
    // The hold of a cancelled order ends when the inventory follows: its units must not go back twice.
    if (order.status === "cancelled") inBackground("following changes", followChanges(productId));
    else confirm(reservation);
    return { kind: "purchased", order, replayed: !created };
  }

  async function endWithoutOrder(
    reservation: Reservation,
    revision: number,
    committed: Exclude<Committed, { kind: "epoch-moved" | "order" }>,
  ): Promise<Settled> {
    const { id, productId, epoch } = reservation;
    switch (committed.kind) {
      case "conflict":
        await release(productId, epoch, [reservation]);
        return { kind: "key-reused" };
      case "void":
        if (committed.cause === "standing") {
          await release(productId, epoch, [reservation]);
          return "void before";
        }
        // The next attempt must meet the limit that the ledger has.
        if (committed.cause === "limit" && (await changedSince(productId, revision))) {
          await release(productId, epoch, [reservation]);
          await followChanges(productId);
        }
        // An inventory that admits what the ledger must refuse is not to be trusted: a new one takes its place.
        else await inService.restore(productId, epoch, epoch);
        return "void";
      case "unavailable":
        return { kind: "unavailable", orderId: committed.mayStand ? id : null };
    }
  }

  /** A limit that was lowered after the buyer was admitted: the ledger has it first, and neither store is wrong. */
  async function changedSince(productId: string, revision: number): Promise<boolean> {
    const product = await catalogue.refresh(productId);
    return product !== null && product.revision > revision;
  }
};
