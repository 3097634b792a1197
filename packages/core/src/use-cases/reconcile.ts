import type { Change } from "../change.js";
import type { Ledger } from "../order.js";
import type { Product } from "../product.js";
import type { Changes } from "../ports/changes.js";
import type { Clock } from "../ports/clock.js";
import type { Inventory, InventoryLoading } from "../ports/inventory.js";
import type { OrderPages, Orders } from "../ports/orders.js";
import type { Products } from "../ports/products.js";
import type { Drift, ReconcileReport } from "./drift.js";
import type { FollowChanges } from "./follow-changes.js";
import type { Rebuild } from "./rebuild.js";
import { findWrongBuyers } from "./reconcile-buyers.js";

export interface ReconcilePorts {
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly changes: Changes;
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  readonly products: Products;
  readonly rebuild: Rebuild;
  readonly followChanges: FollowChanges;
  readonly clock: Clock;
}

/**
 * How long what follows asynchronously may lag behind before it counts as drift: longer than housekeeping takes to go on after its
 * leader died.
 */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 100;
/** Changes that an inventory may be behind by while its counters are still compared. */
const MAX_PENDING = 1_000;

/**
 * Compares a product's inventory with its ledger, its buyers with their orders, and the projection of sold units, while the sale goes
 * on; with `fix` repairs what differs. Null where there is no such product. Finds nothing on a sound live sale: the inventory is read
 * in one instant under the ledger's lock, what was committed but not yet confirmed is found among its holds, what was cancelled but
 * not yet followed among the changes, and what may lag behind is given time.
 */
export const reconcile =
  (ports: ReconcilePorts) =>
  async (productId: string, options: { readonly fix?: boolean } = {}): Promise<ReconcileReport | null> => {
    const report = await comparePatiently(ports, productId);
    if (report === null) return null;
    const buyers = report.available === null ? [] : await findWrongBuyers(ports, productId, report.epoch);
    // Found in a life that the ledger has left meanwhile, as a second master may have it: what was bought since is not in it.
    const isLeft = buyers.length > 0 && (await ports.products.find(productId))?.epoch !== report.epoch;
    const found = { ...report, drift: isLeft ? report.drift : [...report.drift, ...buyers] };
    if (options.fix !== true || found.drift.length === 0) return found;

    await repair(ports, found);
    return { ...found, fixed: true };
  };

async function repair(ports: ReconcilePorts, { productId, epoch, drift }: ReconcileReport): Promise<void> {
  if (drift.some(({ kind }) => kind === "sold-quantity")) await ports.products.projectSold();
  const others = drift.filter(({ kind }) => kind !== "sold-quantity");
  if (others.length === 0) return;
  const isBehind = others.every((one) => one.kind === "revision" && one.found < one.expected);
  if (isBehind) await ports.followChanges(productId);
  // A new inventory is at the ledger's revision, and learns all buyers anew.
  else await ports.rebuild(productId, epoch);
}

/** Compares until nothing lags behind any more, or time is up. */
async function comparePatiently(ports: ReconcilePorts, productId: string): Promise<ReconcileReport | null> {
  const first = await look(ports, productId);
  if (first === null) return null;
  const sold = { min: first.ledger.committed, max: first.ledger.committed };

  // Counted by its own waits: a clock may be set to another time, and a process that was stopped has not waited.
  for (let last = first, waitedMs = 0; ;) {
    const { ledger, found } = last;
    const { soldQuantity } = ledger.product;
    sold.min = Math.min(sold.min, ledger.committed);
    sold.max = Math.max(sold.max, ledger.committed);
    // On a live sale it is never what the ledger says now, but soon what the ledger said a moment ago.
    const projected =
      (soldQuantity >= sold.min && soldQuantity <= sold.max) || soldQuantity !== first.ledger.product.soldQuantity;
    // Nor is the inventory where the ledger is now, but soon where the ledger was.
    const followed = found === null || found.status.revision >= first.ledger.revision;
    if ((projected && followed) || waitedMs >= PATIENCE_MS) {
      const drift: Drift[] = await compare(ports, last);
      const { revision, committed } = ledger;
      if (!followed) drift.push({ kind: "revision", expected: revision, found: found.status.revision });
      if (!projected) drift.push({ kind: "sold-quantity", expected: committed, found: soldQuantity });
      return reportOf(last, drift);
    }
    await ports.clock.sleep(LOOK_AGAIN_MS);
    waitedMs += LOOK_AGAIN_MS;
    const next = await look(ports, productId);
    if (next === null) return null;
    last = next;
  }
}

/** Ledger and inventory in one instant: nothing is committed, changed or cancelled meanwhile. */
interface Look {
  readonly ledger: Ledger & { readonly product: Product };
  readonly found: Awaited<ReturnType<Inventory["audit"]>>;
  /** Of the live holds, those whose confirmed order stands. */
  readonly confirmed: readonly { readonly id: string; readonly units: number }[];
}

const look = ({ orders, inventory }: ReconcilePorts, productId: string): Promise<Look | null> =>
  orders.withLedger(productId, async ({ epoch, revision, total, committed, product, confirmed }) => {
    const found = await inventory.audit(productId, epoch);
    const ledger = { epoch, revision, total, committed, product };
    return { ledger, found, confirmed: found === null ? [] : await confirmed(found.holds.map(({ id }) => id)) };
  });

async function compare({ changes, clock }: ReconcilePorts, { ledger, found, confirmed }: Look): Promise<Drift[]> {
  const { product, revision, total, committed } = ledger;
  if (found === null) return clock.now() < product.saleEndAtMs ? [{ kind: "missing-inventory" }] : [];

  const { status, holds } = found;
  const drift: Drift[] = [];
  const check = (kind: Exclude<Drift["kind"], "buyer" | "missing-inventory">, expected: number, actual: number) => {
    if (expected !== actual) drift.push({ kind, expected, found: actual });
  };
  check("stock", status.totalQuantity, status.available + status.held + status.purchased);
  check("held", sum(holds.map(({ quantity }) => quantity)), status.held);
  if (status.revision > revision) check("revision", revision, status.revision);

  // What the inventory has still to follow. Rows never change, so they are read without the ledger's lock.
  const missing = Math.max(0, revision - status.revision);
  const pending =
    missing === 0 ? [] : (await changes.after(product.id, status.revision, MAX_PENDING)).slice(0, missing);
  if (pending.length < missing) return drift;
  if (pending.every(({ kind }) => kind === "cancel")) check("total", total, status.totalQuantity);
  check(
    "purchased",
    committed + unitsLeftBehind(pending, holds) - sum(confirmed.map(({ units }) => units)),
    status.purchased,
  );
  return drift;
}

/** Units of orders that are cancelled, and that the inventory still counts as purchased. */
function unitsLeftBehind(pending: readonly Change[], holds: readonly { readonly id: string }[]): number {
  const held = new Set(holds.map(({ id }) => id));
  return sum(pending.map((change) => (change.kind === "cancel" && !held.has(change.id) ? change.units : 0)));
}

function reportOf({ ledger, found }: Look, drift: readonly Drift[]): ReconcileReport {
  const { product, epoch, total, committed } = ledger;
  const { available = null, held = null, purchased = null } = found?.status ?? {};
  const { id: productId, soldQuantity } = product;
  return { productId, epoch, total, committed, available, held, purchased, soldQuantity, drift, fixed: false };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
