import type { Catalogue } from "../catalogue.js";
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
  /** Runs what no buyer waits for. */
  readonly inBackground: (doing: string, work: Promise<unknown>) => void;
}

/** Ends a hold as its commit was answered: the buyer's answer, or that there is no order: since now, or since before. */
export const settleReservation = (ports: SettlePorts) => {
  const { catalogue, admission, inService, followChanges, inBackground } = ports;
  const release = putBack(ports);

  return async (
    reservation: Reservation,
    revision: number,
    committed: Exclude<Committed, { kind: "epoch-moved" }>,
  ): Promise<PurchaseOutcome | "void" | "void before"> => {
    const { id, productId, epoch } = reservation;
    switch (committed.kind) {
      case "order":
        // The hold of a cancelled order ends when the inventory follows: its units must not go back twice.
        if (committed.order.status === "cancelled") inBackground("following changes", followChanges(productId));
        // Sent before the buyer hears of the order, so that the next purchase finds the hold gone; a lost one costs nothing.
        else inBackground("confirm", admission.confirm(productId, epoch, [reservation]));
        return { kind: "purchased", order: committed.order, replayed: !committed.created };
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
  };

  /** A limit that was lowered after the buyer was admitted: the ledger has it first, and neither store is wrong. */
  async function changedSince(productId: string, revision: number): Promise<boolean> {
    const product = await catalogue.refresh(productId);
    return product !== null && product.revision > revision;
  }
};
