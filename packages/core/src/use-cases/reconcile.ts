import type { Clock } from "../ports/clock.js";
import type { Inventory } from "../ports/inventory.js";
import type { LockedLedger, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { Rebuild } from "./rebuild.js";

export type Drift =
  /** No whole inventory of the ledger's epoch is in service, and the sale has not ended: then none is needed. */
  | { readonly kind: "missing-inventory" }
  /** total − (available + held + purchased) of the inventory. */
  | { readonly kind: "stock"; readonly expected: number; readonly found: number }
  /** Units that the live holds add up to, against the counter. */
  | { readonly kind: "held"; readonly expected: number; readonly found: number }
  /** Units confirmed by the ledger and not yet in the inventory's holds, against the counter of purchased ones. */
  | { readonly kind: "purchased"; readonly expected: number; readonly found: number }
  | { readonly kind: "total"; readonly expected: number; readonly found: number };

export interface ReconcileReport {
  readonly productId: string;
  readonly epoch: number;
  readonly total: number;
  readonly committed: number;
  readonly available: number | null;
  readonly held: number | null;
  readonly purchased: number | null;
  readonly drift: readonly Drift[];
  /** The drift was repaired: a new inventory is in service, loaded from the ledger. */
  readonly fixed: boolean;
}

/**
 * Compares a product's inventory with its ledger while the sale goes on, and with `fix` repairs what differs by a rebuild.
 * Null where there is no such product. Finds nothing on a sound live sale: the inventory is read in one instant under the
 * ledger's lock, and what was committed but not yet confirmed is found among its holds.
 */
export const reconcile =
  (ports: { orders: Orders; inventory: Inventory; products: Products; rebuild: Rebuild; clock: Clock }) =>
  async (productId: string, options: { readonly fix?: boolean } = {}): Promise<ReconcileReport | null> => {
    const report = await ports.orders.withLedger(productId, (ledger) => compare(ports, productId, ledger));
    if (options.fix !== true) return report;

    await ports.products.projectSold();
    if (report === null || report.drift.length === 0) return report;
    await ports.rebuild(productId, report.epoch);
    return { ...report, fixed: true };
  };

async function compare(
  { inventory, clock }: { inventory: Inventory; clock: Clock },
  productId: string,
  ledger: LockedLedger,
): Promise<ReconcileReport> {
  const { epoch, total, committed } = ledger;
  const found = await inventory.audit(productId, epoch);
  const report = { productId, epoch, total, committed, fixed: false };
  if (found === null) {
    const drift: Drift[] = clock.now() < ledger.product.saleEndAtMs ? [{ kind: "missing-inventory" }] : [];
    return { ...report, available: null, held: null, purchased: null, drift };
  }

  const { available, held, purchased, totalQuantity } = found.status;
  const unconfirmed = await ledger.confirmed(found.holds.map(({ id }) => id));
  const drift: Drift[] = [];
  const check = (kind: "stock" | "held" | "purchased" | "total", expected: number, actual: number) => {
    if (expected !== actual) drift.push({ kind, expected, found: actual });
  };
  check("total", total, totalQuantity);
  check("stock", totalQuantity, available + held + purchased);
  check("held", sum(found.holds.map(({ quantity }) => quantity)), held);
  check("purchased", committed - sum(unconfirmed.map(({ units }) => units)), purchased);
  return { ...report, available, held, purchased, drift };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
