import type { Catalogue } from "../catalogue.js";
import { withholder } from "../change.js";
import { InvalidRequest, StoreUnavailable } from "../faults.js";
import * as input from "../input.js";
import { toMinorUnits } from "../money.js";
import type { Product } from "../product.js";
import type { Admission } from "../ports/admission.js";
import type { Announce } from "../ports/announcements.js";
import type { Changes, ProductEdit } from "../ports/changes.js";
import type { Clock } from "../ports/clock.js";
import type { Ids } from "../ports/ids.js";
import type { Inventory } from "../ports/inventory.js";
import type { InventoryChanges } from "../ports/inventory-changes.js";
import type { Orders } from "../ports/orders.js";
import type { Reservation } from "../reservation.js";
import { checkFacts } from "./create-product.js";
import type { FollowChanges } from "./follow-changes.js";
import type { InService } from "./in-service.js";
import { putBack } from "./put-back.js";
import type { SaleStatus } from "./sale-status.js";
import { untilKnown } from "./until-known.js";

/** What is to be changed; what is left out stays. The currency never changes. */
export interface ProductChange {
  readonly name?: string | undefined;
  /** Null takes the description away. */
  readonly description?: string | null | undefined;
  /** Of one unit, in the product's currency. Held units keep the price they were held at. */
  readonly price?: number | undefined;
  /** Not below what is sold or held. */
  readonly totalQuantity?: number | undefined;
  /** Of purchases from now on: nobody loses what they bought. */
  readonly perUserLimit?: number | undefined;
  readonly saleStartAtMs?: number | undefined;
  readonly saleEndAtMs?: number | undefined;
}

/** What came of a change to a product. */
export type ChangeOutcome =
  | { readonly kind: "changed"; readonly status: SaleStatus }
  /** Nothing has changed. `smallest`: what is sold or held now. */
  | { readonly kind: "total-too-low"; readonly smallest: number }
  | { readonly kind: "unknown-product" };

export interface ChangePorts {
  readonly catalogue: Catalogue;
  readonly inService: InService;
  readonly saleStatus: (productId: string) => Promise<SaleStatus | null>;
  readonly followChanges: FollowChanges;
  readonly changes: Changes;
  readonly inventory: Inventory;
  readonly inventoryChanges: InventoryChanges;
  readonly admission: Admission;
  readonly orders: Orders;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly announce: Announce;
  readonly onFault: (doing: string, fault: unknown) => void;
}

/** Changes and rebuilds by others that one change may meet before its maker is told to come back later. */
const MAX_ATTEMPTS = 20;
/** Pause while another change has units withheld that would be enough for this one. */
const PAUSE_MS = 100;

/**
 * Changes a product while its sale goes on. The ledger is changed first and the hot store follows, but for a lowered total: its units
 * are taken out of stock first, under the change's id, so that nobody can buy them meanwhile. All that is asked is written at once or not
 * at all; repeating it is safe. Where the hot store goes away in between, it follows when it is back.
 */
export const changeProduct = (ports: ChangePorts) => {
  const { catalogue, saleStatus, followChanges, onFault } = ports;
  const attempt = attemptWith(ports);
  const inTurn = createTurns();

  async function changeOne(id: string, change: ProductChange): Promise<ChangeOutcome> {
    for (let left = MAX_ATTEMPTS; left > 0; left -= 1) {
      // Asked first: a change must not begin while the hot store is away.
      const status = await saleStatus(id);
      const product = await catalogue.refresh(id);
      if (!product || !status) return { kind: "unknown-product" };
      const outcome = await attempt(product, checkEdit(change, product));
      if (outcome === "again") continue;
      if (outcome !== "changed") return outcome;
      await followChanges(id).catch((fault: unknown) => onFault("following a change", fault));
      await catalogue.refresh(id);
      const changed = await saleStatus(id);
      return changed ? { kind: "changed", status: changed } : { kind: "unknown-product" };
    }
    throw new StoreUnavailable("inventory", "none");
  }

  return async (productId: string, change: ProductChange): Promise<ChangeOutcome> => {
    const id = input.uuid("productId", productId);
    return inTurn(id, () => changeOne(id, change));
  };
};

/** One change of a product at a time in this process: those of one moment would only keep each other from their revision. */
function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(productId: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(productId) ?? Promise.resolve();
    const turn = before.then(work, work);
    last.set(productId, turn);
    const forget = () => {
      if (last.get(productId) === turn) last.delete(productId);
    };
    turn.then(forget, forget);
    return turn;
  };
}

/** One change under an id of its own, from the withheld units to their end. */
const attemptWith = (ports: ChangePorts) => {
  const { changes, inventory, inventoryChanges, inService, followChanges, orders, clock, ids } = ports;
  const release = putBack(ports);

  return async (product: Product, edit: ProductEdit): Promise<ChangeOutcome | "changed" | "again"> => {
    const { id: productId, epoch, revision } = product;
    const changeId = ids.next();
    const units = product.totalQuantity - (edit.totalQuantity ?? product.totalQuantity);
    let reservation: Reservation | null = null;
    if (units > 0) {
      const wanted = { productId, epoch, revision, changeId, units };
      const answer = await untilKnown(clock, () => inventoryChanges.withhold(wanted));
      switch (answer.kind) {
        case "withheld":
          reservation = answer.reservation;
          break;
        case "too-few":
          return tooLow(product, product.totalQuantity - units);
        case "not-in-service":
          await inService.restore(productId, epoch);
          return "again";
        case "other-revision":
          // One that is behind would take units from a total that is no more.
          await followChanges(productId);
          return "again";
      }
    }

    const withheld = reservation && { epoch, revision, units };
    let tries = 0;
    const answer = await untilKnown(clock, () => {
      tries += 1;
      return changes.change(productId, changeId, edit, withheld);
    });
    if (answer === null) return { kind: "unknown-product" };
    if (answer.kind === "changed") return "changed";
    // An earlier try may still be on its way, and find that it can be made by then: only a void makes this answer final.
    const ended = reservation ?? (tries > 1 ? nothingWithheld(product, changeId, clock.now()) : null);
    if (ended && !(await giveUp(ended))) return "changed";
    switch (answer.kind) {
      case "moved":
      case "void":
        return "again";
      case "total-too-low":
        return { kind: "total-too-low", smallest: answer.committed };
      case "no-window":
        throw new InvalidRequest("saleEndAt", "saleEndAt must be after saleStartAt");
    }
  };

  /** What another change has withheld is neither sold nor held: this one waits for what becomes of it. */
  async function tooLow({ id, epoch }: Product, total: number): Promise<ChangeOutcome | "again"> {
    const found = await inventory.audit(id, epoch);
    if (found === null) return "again";
    const withheld = found.holds.filter((hold) => hold.userId === withholder(hold.id));
    const byOthers = withheld.reduce((sum, { quantity }) => sum + quantity, 0);
    const smallest = found.status.held - byOthers + found.status.purchased;
    if (total < smallest) return { kind: "total-too-low", smallest };
    await clock.sleep(PAUSE_MS);
    return "again";
  }

  /** Void first, as for a purchase, then the units. False where the change stands after all. */
  async function giveUp(reservation: Reservation): Promise<boolean> {
    const [standing] = await orders.void(reservation.productId, [reservation]);
    if (standing === "changed") return false;
    await release(reservation.productId, reservation.epoch, [reservation]);
    return true;
  }
};

/** What stands for a change that holds no units, so that a void can be written under its id. */
function nothingWithheld({ id: productId, epoch, priceMinor }: Product, changeId: string, nowMs: number): Reservation {
  const times = { admittedAtMs: nowMs, deadlineMs: nowMs };
  const userId = withholder(changeId);
  return { id: changeId, productId, epoch, userId, quantity: 1, priceMinor, fingerprint: "", ...times };
}

/** @throws InvalidRequest that names the field */
function checkEdit(change: ProductChange, product: Product): ProductEdit {
  const { price, ...asked } = change;
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const edit: ProductEdit = {
    ...given,
    ...(price !== undefined && { priceMinor: toMinorUnits(price, product.currency) }),
  };
  input.require(
    Object.keys(edit).length > 0,
    "body",
    "must change something: name, description, price, totalQuantity, perUserLimit, saleStartAt or saleEndAt",
  );
  checkFacts({ ...product, ...edit });
  return edit;
}
