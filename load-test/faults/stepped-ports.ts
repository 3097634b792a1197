import { AsyncLocalStorage } from "node:async_hooks";
import type { FlashSalePorts, LockedLedger, Orders, Reservation } from "@flash-sale/core";
import type { Point, Step } from "./points.js";

/** Called at every point; it need not come back. */
export type At = (point: Point, ids: readonly string[]) => Promise<void>;

/** Runs one call between its two points. */
type Around = <T>(step: Step, ids: readonly string[], call: () => Promise<T>) => Promise<T>;

/** The ports with a named point before and after each call that the protocol makes. */
export const steppedPorts = (ports: FlashSalePorts, at: At): FlashSalePorts => {
  const around: Around = async (step, ids, call) => {
    await at(`before ${step}`, ids);
    const answer = await call();
    await at(`after ${step}`, ids);
    return answer;
  };
  /** Set in what runs under the ledger's lock: that is a rebuild. */
  const rebuilding = new AsyncLocalStorage<true>();
  return {
    ...ports,
    ...steppedHolds(ports, around, at, rebuilding),
    ...steppedLoading(ports, around),
    ...steppedChanges(ports, around),
    orders: steppedOrders(ports.orders, around, at, rebuilding),
  };
};

const idsOf = (reservations: readonly { readonly id: string }[]): string[] => reservations.map(({ id }) => id);

/** Past its deadline only the reaper ends a hold, or a process that slept. */
const isPast = ([first]: readonly Reservation[]): boolean => first !== undefined && first.deadlineMs <= Date.now();

const steppedHolds = (
  { admission, inventory }: FlashSalePorts,
  around: Around,
  at: At,
  rebuilding: AsyncLocalStorage<true>,
): Pick<FlashSalePorts, "admission" | "inventory"> => ({
  admission: {
    async admit(request) {
      await at("before a purchase's admit", [request.reservationId]);
      const answer = await admission.admit(request);
      // Whoever was refused has nothing to lose.
      if (answer.kind === "held" || answer.kind === "already-held")
        await at("after a purchase's admit", [request.reservationId]);
      return answer;
    },
    confirm: (productId, epoch, reservations) =>
      around(isPast(reservations) ? "the reaper's confirm" : "a purchase's confirm", idsOf(reservations), () =>
        admission.confirm(productId, epoch, reservations),
      ),
    release: (productId, epoch, reservations) =>
      around(isPast(reservations) ? "the reaper's release" : "a purchase's release", idsOf(reservations), () =>
        admission.release(productId, epoch, reservations),
      ),
  },
  inventory: {
    ...inventory,
    async expired(...args) {
      await at("before the reaper's expired", []);
      const found = await inventory.expired(...args);
      if (found.length > 0) await at("after the reaper's expired", idsOf(found));
      return found;
    },
    status: (...args) =>
      rebuilding.getStore() === true
        ? around("a rebuild's status", [], () => inventory.status(...args))
        : inventory.status(...args),
  },
});

const steppedOrders = (orders: Orders, around: Around, at: At, rebuilding: AsyncLocalStorage<true>): Orders => {
  const steppedLedger = (ledger: LockedLedger): LockedLedger => ({
    ...ledger,
    nextEpoch: (atLeast) => around("a rebuild's next epoch", [], () => ledger.nextEpoch(atLeast)),
    moveEpoch: (epoch) => around("a rebuild's move of the epoch", [], () => ledger.moveEpoch(epoch)),
  });
  return {
    ...orders,
    commit: (productId, epoch, drafts) =>
      around("a purchase's commit", idsOf(drafts), () => orders.commit(productId, epoch, drafts)),
    void: (productId, reservations) =>
      around("the reaper's void", idsOf(reservations), () => orders.void(productId, reservations)),
    find: (id) => around("a purchase's replay", [id], () => orders.find(id)),
    ofBuyer: (...args) => around("a purchase's reading of a buyer", [], () => orders.ofBuyer(...args)),
    async withLedger(productId, work) {
      await at("before a rebuild's lock", []);
      const answer = await orders.withLedger(productId, async (ledger) => {
        await at("after a rebuild's lock", []);
        const done = await rebuilding.run(true, () => work(steppedLedger(ledger)));
        await at("before a rebuild's commit", []);
        return done;
      });
      await at("after a rebuild's commit", []);
      return answer;
    },
  };
};

const steppedLoading = (
  { loading, orderPages }: FlashSalePorts,
  around: Around,
): Pick<FlashSalePorts, "loading" | "orderPages"> => ({
  loading: {
    ...loading,
    load: (...args) => around("a rebuild's load", [], () => loading.load(...args)),
    lastEpoch: (productId) => around("a rebuild's last epoch", [], () => loading.lastEpoch(productId)),
    // One buyer alone is taught by the purchase that found him unknown.
    teach: (productId, epoch, revision, buyers) =>
      around(buyers.length === 1 ? "a purchase's teaching of a buyer" : "the loader's teaching", [], () =>
        loading.teach(productId, epoch, revision, buyers),
      ),
    finishTeaching: (...args) => around("the loader's end of teaching", [], () => loading.finishTeaching(...args)),
  },
  orderPages: {
    ...orderPages,
    buyers: (...args) => around("the loader's page", [], () => orderPages.buyers(...args)),
  },
});

const steppedChanges = (
  { changes, inventoryChanges }: FlashSalePorts,
  around: Around,
): Pick<FlashSalePorts, "changes" | "inventoryChanges"> => ({
  changes: {
    ...changes,
    change: (productId, id, edit, withheld) =>
      around("a change's write", [id], () => changes.change(productId, id, edit, withheld)),
    cancel: (orderId) => around("a cancel's write", [orderId], () => changes.cancel(orderId)),
  },
  inventoryChanges: {
    withhold: (wanted) => around("a change's withholding", [wanted.changeId], () => inventoryChanges.withhold(wanted)),
    apply: (epoch, change) =>
      around(change.kind === "terms" ? "a change's apply" : "a cancel's apply", [change.id], () =>
        inventoryChanges.apply(epoch, change),
      ),
  },
});
