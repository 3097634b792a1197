import {
  purchaseLock,
  StoreRejected,
  StoreUnavailable,
  withholder,
  type Change,
  type HoldRequest,
  type LockedLedger,
  type LockName,
  type OrderDraft,
  type Product,
  type Reservation,
} from "@flash-sale/core";
import type { Names } from "./names.js";
import { look, glance } from "./look.js";
import type { Attempt, Draft, HotOperation, LedgerStep, NewProduct, Operation } from "./operation.js";
import { LONG_MS, OVER_MS, type Side } from "./side.js";

const CURRENCY = "USD";
const ADMITTED_AT_MS = 1_700_000_000_000;
/** Thrown by work under the ledger's lock, so that it comes to nothing. */
class RolledBack extends Error {
  override readonly name = "RolledBack";
}

/** Carries an operation out on either side. A fault is an answer. */
export async function perform(side: Side, names: Names, operation: Operation): Promise<unknown> {
  try {
    return await answerOf(side, names, operation);
  } catch (fault) {
    return faultOf(fault);
  }
}

function faultOf(fault: unknown): unknown {
  if (fault instanceof StoreRejected) return { fault: fault.name, store: fault.store };
  if (fault instanceof StoreUnavailable) return { fault: fault.name, store: fault.store, effect: fault.effect };
  return { fault: fault instanceof Error ? fault.name : typeof fault, message: String(fault) };
}

function answerOf(side: Side, names: Names, operation: Operation): Promise<unknown> {
  const { products, orders, changes } = side;
  const own = <T>(list: readonly T[], idOf: (item: T) => string) =>
    list.filter((item) => names.productIds.includes(idOf(item)));
  switch (operation.kind) {
    case "create":
      return products.create(operation.created.map((product) => productOf(names, product)));
    case "find product":
      return products.find(names.product(operation.product));
    case "newest":
      return products.newest().then((newest) => own(newest ? [newest] : [], ({ id }) => id)[0] ?? null);
    case "live":
      return products
        .live(operation.startsByMs, operation.endsAfterMs)
        .then((live) => own(live, ({ id }) => id).sort((a, b) => (a.id < b.id ? -1 : 1)));
    case "page":
      return products
        .page(operation.after === null ? null : names.product(operation.after), operation.limit)
        .then((page) => own(page, ({ id }) => id));
    case "project sold":
      return products.projectSold();
    case "commit":
      return orders.commit(
        names.product(operation.product),
        operation.epoch,
        operation.drafts.map((draft) => draftOf(names, names.product(operation.product), operation.epoch, draft)),
      );
    case "void": {
      const productId = names.product(operation.product);
      return orders.void(
        productId,
        operation.attempts.map((attempt) => reservationOf(names, productId, 1, attempt)),
      );
    }
    case "find order":
      return orders.find(names.order(operation.order));
    case "of buyer":
      return orders.ofBuyer(names.product(operation.product), operation.user);
    case "with ledger":
      return withLedger(side, names, operation);
    case "search":
    case "page of orders":
    case "page of buyers":
      return pageOf(side, names, operation);
    case "change": {
      const { product, change, edit, withheld } = operation;
      return changes.change(names.product(product), names.change(change), edit, withheld);
    }
    case "cancel":
      return changes.cancel(names.order(operation.order));
    case "changes after":
      return changes.after(names.product(operation.product), operation.revision, operation.limit);
    case "lose":
      return side.lose();
    case "replication id changes":
      return side.changeReplicationId();
    case "glance":
      return glance(side, names);
    case "look":
      return (side.lockTtlMs === OVER_MS ? side.pass() : Promise.resolve()).then(() => look(side, names));
    default:
      return hotAnswerOf(side, names, operation);
  }
}

function pageOf(
  { orderPages }: Side,
  names: Names,
  operation: Extract<Operation, { kind: "search" | "page of orders" | "page of buyers" }>,
): Promise<unknown> {
  switch (operation.kind) {
    case "search": {
      const filter = {
        productId: operation.product === null ? null : names.product(operation.product),
        userId: operation.user,
      };
      const after = operation.after && {
        productId: names.product(operation.after.product),
        number: operation.after.number,
      };
      return orderPages
        .search(filter, after, operation.limit)
        .then((found) => found.filter(({ productId }) => names.productIds.includes(productId)));
    }
    case "page of orders":
      return orderPages.orders(names.product(operation.product), operation.after, operation.limit);
    case "page of buyers":
      return orderPages.buyers(names.product(operation.product), operation.after, operation.limit);
  }
}

/** What they answer depends on the millisecond, unless time went by. */
const LOOKS_AT_TIME: ReadonlySet<Operation["kind"]> = new Set(["hold", "admit", "withhold", "expired", "acquire"]);

async function hotAnswerOf(side: Side, names: Names, operation: HotOperation): Promise<unknown> {
  const { inventory, loading, inventoryChanges, admission } = side;
  const productId = names.product(operation.product);
  if (side.lockTtlMs === OVER_MS && LOOKS_AT_TIME.has(operation.kind)) await side.pass();
  switch (operation.kind) {
    case "hold":
      return inventory.hold(requestOf(names, operation), operation.lock);
    case "admit":
      return admission.admit(requestOf(names, operation));
    case "confirm":
    case "release":
    case "admission confirm":
    case "admission release": {
      const { kind, epoch, attempts } = operation;
      const reservations = attempts.map((attempt) => reservationOf(names, productId, epoch, attempt));
      const through = kind === "confirm" || kind === "release" ? inventory : admission;
      const ends = kind === "confirm" || kind === "admission confirm" ? through.confirm : through.release;
      return ends(productId, epoch, reservations);
    }
    case "expired":
      return inventory.expired(productId, operation.epoch, operation.max);
    case "status":
      return inventory.status(productId, operation.epoch);
    case "audit":
      return inventory
        .audit(productId, operation.epoch)
        .then((found) => found && { ...found, holds: [...found.holds].sort((a, b) => (a.userId < b.userId ? -1 : 1)) });
    case "buyers":
      return inventory.buyers(productId, operation.epoch, operation.users);
    case "load":
      return loading.load(productId, operation.epoch, operation.terms, operation.committed);
    case "last epoch":
      return loading.lastEpoch(productId);
    case "teach": {
      const buyers = operation.buyers.map(({ user, orders }) => ({
        userId: user,
        orders: orders.map(({ order, units }) => ({ id: names.order(order), units })),
      }));
      return loading.teach(productId, operation.epoch, operation.revision, buyers);
    }
    case "finish teaching":
      return loading.finishTeaching(productId, operation.epoch);
    case "withhold": {
      const { epoch, revision, change, units } = operation;
      return inventoryChanges.withhold({ productId, epoch, revision, changeId: names.change(change), units });
    }
    case "apply":
      return inventoryChanges.apply(operation.epoch, changeOf(names, productId, operation.change));
    case "acquire": {
      if (await guardsNothing(side, productId, operation)) return "guards nothing";
      const granted = await side.locks.acquire(
        lockOf(productId, operation),
        operation.owner,
        operation.over ? OVER_MS : LONG_MS,
      );
      if (operation.over) await side.pass();
      return granted;
    }
    case "unlock":
      if (await guardsNothing(side, productId, operation)) return "guards nothing";
      return side.locks.release(lockOf(productId, operation), operation.owner);
  }
}

/** Where nobody is admitted, a buyer's lock may be there or not. */
async function guardsNothing(
  { inventory }: Side,
  productId: string,
  { epoch, user }: Extract<HotOperation, { kind: "acquire" | "unlock" }>,
): Promise<boolean> {
  return user !== null && (await inventory.status(productId, epoch)) === null;
}

function lockOf(productId: string, { epoch, user }: Extract<HotOperation, { kind: "acquire" | "unlock" }>): LockName {
  return user === null ? [productId, "reaper"] : purchaseLock(productId, epoch, user);
}

async function withLedger(
  { orders }: Side,
  names: Names,
  operation: Extract<Operation, { kind: "with ledger" }>,
): Promise<unknown> {
  const seen: unknown[] = [];
  const work = async (ledger: LockedLedger): Promise<string> => {
    const { epoch, revision, total, committed, product } = ledger;
    seen.push({ epoch, revision, total, committed, product });
    let given = epoch;
    for (const step of operation.steps) {
      const found = await ledgerStep(names, ledger, step, given);
      if (typeof found === "number") given = found;
      seen.push(found);
    }
    if (operation.fails) throw new RolledBack();
    return "carried out";
  };
  const outcome = await orders.withLedger(names.product(operation.product), work).catch(faultOf);
  return { outcome, seen };
}

async function ledgerStep(names: Names, ledger: LockedLedger, step: LedgerStep, given: number): Promise<unknown> {
  switch (step.step) {
    case "next":
      return ledger.nextEpoch(step.atLeast);
    case "move":
      await ledger.moveEpoch(step.epoch ?? given);
      return "moved";
    case "confirmed": {
      const found = await ledger.confirmed(step.orders.map((order) => names.order(order)));
      return [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
    }
  }
}

function productOf(names: Names, { product, createdAfter, ...facts }: NewProduct): Product {
  const createdAtMs = names.firstCreatedAtMs + createdAfter * 1_000;
  return { id: names.product(product), currency: CURRENCY, createdAtMs, committed: 0, soldQuantity: 0, ...facts };
}

function reservationOf(names: Names, productId: string, epoch: number, attempt: Attempt): Reservation {
  const who =
    "change" in attempt
      ? { id: names.change(attempt.change), userId: withholder(names.change(attempt.change)) }
      : { id: names.order(attempt.order), userId: attempt.user };
  const times = { admittedAtMs: ADMITTED_AT_MS, deadlineMs: ADMITTED_AT_MS + LONG_MS };
  return { ...who, productId, epoch, quantity: attempt.quantity, priceMinor: 100, fingerprint: "1", ...times };
}

function draftOf(names: Names, productId: string, epoch: number, draft: Draft): OrderDraft {
  const { fingerprint, metadata } = draft;
  const reservation = reservationOf(names, productId, epoch, draft);
  return { ...reservation, fingerprint, metadata, currency: CURRENCY, admittedAtMs: ADMITTED_AT_MS + draft.order };
}

function requestOf(names: Names, asked: Extract<HotOperation, { kind: "hold" | "admit" }>): HoldRequest {
  const { product, epoch, order, user, quantity, fingerprint, expectedPriceMinor } = asked;
  const ids = { productId: names.product(product), reservationId: names.order(order), userId: user };
  return { ...ids, epoch, quantity, fingerprint, expectedPriceMinor };
}

function changeOf(names: Names, productId: string, change: Extract<HotOperation, { kind: "apply" }>["change"]): Change {
  const { revision } = change;
  return change.kind === "terms"
    ? { kind: "terms", id: names.change(change.change), productId, revision, terms: change.terms }
    : { kind: "cancel", id: names.order(change.order), productId, revision, userId: change.user, units: change.units };
}
