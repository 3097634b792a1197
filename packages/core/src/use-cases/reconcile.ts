import type { Clock } from "../ports/clock.js";
import type { Inventory } from "../ports/inventory.js";
import type { LockedLedger, OrderPages, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { FollowChanges } from "./follow-changes.js";
import type { Rebuild } from "./rebuild.js";
import { findLostBuyers } from "./reconcile-buyers.js";

export type Drift =
  /** No whole inventory of the ledger's epoch is in service, and the sale has not ended: then none is needed. */
  | { readonly kind: "missing-inventory" }
  | ({
      readonly kind:
        /** total − (available + held + purchased) of the inventory. */
        | "stock"
        /** Units that the live holds add up to, against the counter. */
        | "held"
        /** Units sold by the ledger and not yet in the inventory's holds, against the counter of purchased ones. */
        | "purchased"
        | "total"
        /** Changes that the inventory has not followed in time. */
        | "revision"
        /** The projection of sold units that catalogues read. */
        | "sold-quantity";
    } & Difference)
  /** Units that the orders say a buyer has, against what the inventory knows of the buyer; found null: nothing. */
  | {
      readonly kind: "buyer";
      readonly userId: string;
      readonly expected: number;
      readonly found: number | null;
    };

interface Difference {
  readonly expected: number;
  readonly found: number;
}

export interface ReconcileReport {
  readonly productId: string;
  readonly epoch: number;
  readonly total: number;
  readonly committed: number;
  readonly available: number | null;
  readonly held: number | null;
  readonly purchased: number | null;
  /** As projected for catalogues. */
  readonly soldQuantity: number;
  readonly drift: readonly Drift[];
  /** The drift was repaired. */
  readonly fixed: boolean;
}

export interface ReconcilePorts {
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly inventory: Inventory;
  readonly products: Products;
  readonly rebuild: Rebuild;
  readonly followChanges: FollowChanges;
  readonly clock: Clock;
}

/** How long what follows asynchronously may lag behind before it counts as drift: several rounds of housekeeping. */
const PATIENCE_MS = 2_500;
const LOOK_AGAIN_MS = 100;

/**
 * Compares a product's inventory with its ledger, its buyers with their orders, and the projection of sold units, while the sale goes
 * on; with `fix` repairs what differs. Null where there is no such product. Finds nothing on a sound live sale: the inventory is read
 * in one instant under the ledger's lock, what was committed but not yet confirmed is found among its holds, and what may lag behind
 * is given time.
 */
export const reconcile =
  (ports: ReconcilePorts) =>
  async (productId: string, options: { readonly fix?: boolean } = {}): Promise<ReconcileReport | null> => {
    const report = await comparePatiently(ports, productId);
    if (report === null) return null;
    const buyers = report.available === null ? [] : await findLostBuyers(ports, productId, report.epoch);
    const found = { ...report, drift: [...report.drift, ...buyers] };
    if (options.fix !== true || found.drift.length === 0) return found;

    await repair(ports, found);
    return { ...found, fixed: true };
  };

async function repair(ports: ReconcilePorts, { productId, epoch, drift }: ReconcileReport): Promise<void> {
  if (drift.some(({ kind }) => kind === "sold-quantity")) await ports.products.projectSold();
  // A new inventory is at the ledger's revision, and learns all buyers anew.
  if (drift.some(({ kind }) => kind !== "sold-quantity")) await ports.rebuild(productId, epoch);
}

/** Compares until nothing lags behind any more, or time is up. */
async function comparePatiently(ports: ReconcilePorts, productId: string): Promise<ReconcileReport | null> {
  const untilMs = ports.clock.now() + PATIENCE_MS;
  const sold = { min: Number.POSITIVE_INFINITY, max: 0 };
  for (;;) {
    const report = await ports.orders.withLedger(productId, (ledger) => compare(ports, productId, ledger));
    if (report === null) return null;
    const { committed, soldQuantity } = report;
    sold.min = Math.min(sold.min, committed);
    sold.max = Math.max(sold.max, committed);
    // On a live sale it is never what the ledger says now, but soon what the ledger said a moment ago.
    const projected = soldQuantity >= sold.min && soldQuantity <= sold.max;
    const behind = report.drift.some(({ kind }) => kind === "revision");
    if ((projected && !behind) || ports.clock.now() >= untilMs) {
      if (projected) return report;
      const drift = { kind: "sold-quantity", expected: committed, found: soldQuantity } as const;
      return { ...report, drift: [...report.drift, drift] };
    }
    await ports.clock.sleep(LOOK_AGAIN_MS);
  }
}

async function compare(
  { inventory, clock }: ReconcilePorts,
  productId: string,
  ledger: LockedLedger,
): Promise<ReconcileReport> {
  const { epoch, revision, total, committed } = ledger;
  const { soldQuantity, saleEndAtMs } = ledger.product;
  const found = await inventory.audit(productId, epoch);
  const report = { productId, epoch, total, committed, soldQuantity, fixed: false };
  if (found === null) {
    const drift: Drift[] = clock.now() < saleEndAtMs ? [{ kind: "missing-inventory" }] : [];
    return { ...report, available: null, held: null, purchased: null, drift };
  }

  const { available, held, purchased, totalQuantity } = found.status;
  const drift: Drift[] = [];
  const check = (
    kind: (Drift & Difference)["kind"] & Exclude<Drift["kind"], "buyer">,
    expected: number,
    actual: number,
  ) => {
    if (expected !== actual) drift.push({ kind, expected, found: actual });
  };
  check("stock", totalQuantity, available + held + purchased);
  check("held", sum(found.holds.map(({ quantity }) => quantity)), held);
  check("revision", revision, found.status.revision);
  // Until it has followed, total and purchased are those of an earlier revision.
  if (found.status.revision === revision) {
    const unconfirmed = await ledger.confirmed(found.holds.map(({ id }) => id));
    check("total", total, totalQuantity);
    check("purchased", committed - sum(unconfirmed.map(({ units }) => units)), purchased);
  }
  return { ...report, available, held, purchased, drift };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
