import { purchaseLock } from "@flash-sale/core";
import type { Names } from "./names.js";
import { USERS } from "./operation.js";
import { LONG_MS, type Side } from "./side.js";

const ALL = 100;

/** What is cheap to see of both products. */
export async function glance(side: Side, names: Names): Promise<unknown> {
  return Promise.all(
    names.productIds.map(async (productId) => {
      const [product, epoch] = await Promise.all([side.products.find(productId), side.loading.lastEpoch(productId)]);
      return { product, epoch, status: await side.inventory.status(productId, epoch) };
    }),
  );
}

/** All that can be seen of both products, and whose every lock is. */
export async function look(side: Side, names: Names): Promise<unknown> {
  return Promise.all(
    names.productIds.map(async (productId) => ({
      ...(await lookAtOrders(side, productId)),
      ...(await lookAtInventory(side, productId)),
    })),
  );
}

async function lookAtOrders({ products, orderPages, changes, rows }: Side, productId: string) {
  const [product, orders, buyers, among, all, rowsOf] = await Promise.all([
    products.find(productId),
    orderPages.orders(productId, 0, ALL),
    orderPages.buyers(productId, null, ALL),
    orderPages.buyersAmong(productId, USERS),
    changes.after(productId, 0, ALL),
    rows(productId),
  ]);
  return { product, orders, buyers, among: among.sort(), changes: all, rows: rowsOf };
}

async function lookAtInventory({ inventory, loading, locks }: Side, productId: string) {
  const epoch = await loading.lastEpoch(productId);
  const [audit, known, page] = await Promise.all([
    inventory.audit(productId, epoch),
    inventory.buyers(productId, epoch, USERS),
    // So few fit in one page.
    loading.knownBuyers(productId, epoch, null),
  ]);
  // Where nobody is admitted, the buyers' locks guard nothing, and may be there or not.
  const guarding = audit === null ? [] : USERS.map((userId) => purchaseLock(productId, epoch, userId));
  const names = [...guarding, [productId, "reaper"] as const];
  const locked = await Promise.all(names.map((name) => locks.acquire(name, "who looks", LONG_MS)));
  const holds = [...(audit?.holds ?? [])].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  const named = page && { ...page, buyers: [...page.buyers].sort((a, b) => (a.userId < b.userId ? -1 : 1)) };
  return { epoch, status: audit?.status ?? null, holds, known, named, locked };
}
