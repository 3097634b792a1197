import { StoreUnavailable, type Admission, type Orders, type Reservation } from "@flash-sale/core";
import type { Log } from "./log.js";
import type { StepMetrics } from "./step-metrics.js";

interface Watch {
  readonly steps: StepMetrics;
  readonly log: Log;
}

const idsOf = (reservations: readonly Pick<Reservation, "id">[]): string[] => reservations.map(({ id }) => id);

/** The orders, with their calls counted, and with a line for what happens to reservations behind their buyers' backs. */
export function watchedOrders(orders: Orders, { steps, log }: Watch): Orders {
  return {
    ...orders,

    commit(productId, epoch, drafts) {
      const answers = steps.timed("commit", orders.commit(productId, epoch, drafts));
      // Of a store that cannot be reached a batch is told many times, and nothing of it happened.
      answers.catch((fault: unknown) => {
        if (fault instanceof StoreUnavailable && fault.effect === "none") return;
        log.warn({ productId, reservationIds: idsOf(drafts), err: fault }, "nobody knows how a commit ended");
      });
      return answers;
    },

    async void(productId, reservations) {
      const standings = await steps.timed("void", orders.void(productId, reservations));
      for (const [index, { id: reservationId, userId: user }] of reservations.entries()) {
        const standing = standings[index];
        if (standing === undefined) continue;
        steps.reaped(standing);
        log.info({ reservationId, user, productId, standing }, "a hold was ended");
      }
      return standings;
    },

    async withLedger(productId, work) {
      const startedMs = performance.now();
      const moves: number[] = [];
      const answer = await orders.withLedger(productId, (ledger) =>
        work({
          ...ledger,
          async moveEpoch(epoch) {
            await ledger.moveEpoch(epoch);
            // From nothing to its first inventory a product comes once, and nothing was lost.
            if (ledger.epoch > 0) moves.push(epoch);
          },
        }),
      );
      for (const epoch of moves) {
        const ms = performance.now() - startedMs;
        steps.rebuilt(ms / 1_000);
        log.info({ productId, epoch, ms: Math.round(ms) }, "a new inventory is in service");
      }
      return answer;
    },
  };
}

/** The admission, with a line that names the orders of a confirm that was lost. */
export function watchedAdmission(admission: Admission, log: Log): Admission {
  return {
    ...admission,
    confirm(productId, epoch, reservations) {
      const confirmed = admission.confirm(productId, epoch, reservations);
      confirmed.catch((fault: unknown) => {
        const cause = String(fault);
        log.warn(
          { productId, reservationIds: idsOf(reservations), cause },
          "a confirm was lost; the reaper completes it",
        );
      });
      return confirmed;
    },
  };
}
