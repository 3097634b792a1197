import { createBackground } from "./background.js";
import { createCatalogue } from "./catalogue.js";
import { createConfirms } from "./confirms.js";
import { createGroupCommit, DEFAULT_COMMIT_LIMITS, type OnBatch } from "./group-commit.js";
import { startHousekeeping } from "./housekeeping.js";
import type { Order } from "./order.js";
import type { Admission } from "./ports/admission.js";
import type { Announce, Announcements } from "./ports/announcements.js";
import type { Changes } from "./ports/changes.js";
import type { Clock } from "./ports/clock.js";
import type { Ids } from "./ports/ids.js";
import type { InventoryChanges } from "./ports/inventory-changes.js";
import type { Inventory, InventoryLoading } from "./ports/inventory.js";
import type { Locks } from "./ports/locks.js";
import type { OrderPages, Orders } from "./ports/orders.js";
import type { Products } from "./ports/products.js";
import type { Product } from "./product.js";
import { createSoldOutMemory } from "./sold-out-memory.js";
import { cancelOrder } from "./use-cases/cancel-order.js";
import { changeProduct, type ChangeOutcome, type ProductChange } from "./use-cases/change-product.js";
import { createProducts, type NewProduct } from "./use-cases/create-product.js";
import { followChanges } from "./use-cases/follow-changes.js";
import { createInService } from "./use-cases/in-service.js";
import { loadBuyers } from "./use-cases/load-buyers.js";
import { look, type Looks } from "./use-cases/look.js";
import { purchase } from "./use-cases/purchase.js";
import type { PurchaseOutcome } from "./use-cases/purchase-outcome.js";
import type { PurchaseRequest } from "./use-cases/purchase-request.js";
import { reap, type ReapReport } from "./use-cases/reap.js";
import { rebuild, type RebuildReport } from "./use-cases/rebuild.js";
import type { ReconcileReport } from "./use-cases/drift.js";
import { reconcile } from "./use-cases/reconcile.js";
import { saleStatus as statusOfSale } from "./use-cases/sale-status.js";

/** All a flash sale needs of the world. Each port is replaceable alone. */
export interface FlashSalePorts {
  readonly products: Products;
  readonly inventory: Inventory;
  readonly loading: InventoryLoading;
  readonly inventoryChanges: InventoryChanges;
  readonly locks: Locks;
  readonly admission: Admission;
  readonly orders: Orders;
  readonly orderPages: OrderPages;
  readonly changes: Changes;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Told of faults that no caller waits for: a confirm that was lost, a round of housekeeping that failed. Must not throw. */
  readonly onFault?: (doing: string, fault: unknown) => void;
  readonly onBatch?: OnBatch;
}

/** All products of one set of stores, as one process sells them. Any number of processes may sell the same. */
export interface FlashSale extends Looks {
  /** Puts a product on sale: its stock is live when the answer comes. */
  createProduct(product: NewProduct): Promise<Product>;
  /** The same for many, all or none; InvalidRequest says in `details.index` which one is wrong. */
  createProducts(products: readonly NewProduct[]): Promise<Product[]>;
  /** Changes a product while its sale goes on; the hot stock follows. */
  changeProduct(productId: string, change: ProductChange): Promise<ChangeOutcome>;
  /** Sells units to one buyer. Repeating it with the same key, or the same reservation id, gives the same order. */
  purchase(request: PurchaseRequest): Promise<PurchaseOutcome>;
  /** False while a purchase would be shed: then its request need not be read. `within`: also while so many are under way in this process. */
  hasRoom(within?: number): boolean;
  /** Cancels an order; its units go back on sale, once. Answers the order, also where it was cancelled before; null where there is none. */
  cancelOrder(orderId: string): Promise<Order | null>;
  /** Ends expired holds of one product now, instead of within the next second. Null where there is no such product. */
  reap(productId: string): Promise<ReapReport | null>;
  /** Loads the inventory anew from the orders, even where it looks whole. Null where there is no such product. */
  rebuild(productId: string): Promise<RebuildReport | null>;
  /** Compares inventory and ledger while the sale goes on; with `fix` what differs is repaired. Null where there is no such product. */
  reconcile(productId: string, options?: { readonly fix?: boolean }): Promise<ReconcileReport | null>;
  /** Stops what goes on behind the purchases, and waits for it. Purchases under way are the caller's to wait for. Closes no port. */
  close(): Promise<void>;
}

/** A sale over these ports, with its housekeeping. It touches no global state and no signal; `close` ends it. */
export function createFlashSale(ports: FlashSalePorts): FlashSale {
  const onFault = ports.onFault ?? (() => undefined);
  const background = createBackground(onFault);
  const inBackground = background.run;
  const announce: Announce = (announcement) => inBackground("announcing", ports.announcements.publish(announcement));
  const catalogue = createCatalogue(ports);
  const soldOut = createSoldOutMemory(ports);
  const unsubscribe = ports.announcements.subscribe(({ kind, productId }) => {
    if (kind === "epoch-moved" || kind === "changed") catalogue.forget(productId);
    if (kind !== "sold-out") soldOut.forget(productId);
  });

  // What use cases need of this process, and then of each other.
  const confirm = createConfirms({ ...ports, inBackground });
  const own = { ...ports, catalogue, soldOut, announce, confirm, inBackground, onFault };
  const rebuildProduct = rebuild(own);
  const inService = createInService({ catalogue, rebuild: rebuildProduct });
  const follow = followChanges({ ...own, inService });
  const shared = { ...own, rebuild: rebuildProduct, inService, followChanges: follow };
  const saleStatus = statusOfSale(shared);
  const reapProduct = reap(shared);
  const create = createProducts(shared);
  const commits = createGroupCommit(ports, DEFAULT_COMMIT_LIMITS);
  const housekeeping = startHousekeeping({ ...shared, reap: reapProduct, loadBuyers: loadBuyers(ports) });

  return {
    ...look({ ...shared, saleStatus }),
    createProduct: async (product) => {
      const [created] = await create([product]);
      if (!created) throw new Error("a product that was created is missing");
      return created;
    },
    createProducts: create,
    changeProduct: changeProduct({ ...shared, saleStatus }),
    cancelOrder: cancelOrder(shared),
    purchase: purchase({ ...shared, commits }),
    hasRoom: commits.hasRoom,
    reap: async (productId) => {
      const product = await catalogue.refresh(productId);
      return product && reapProduct(productId, product.epoch);
    },
    rebuild: async (productId) => {
      const product = await ports.products.find(productId);
      return product && rebuildProduct(productId, product.epoch);
    },
    reconcile: reconcile(shared),
    close: async () => {
      unsubscribe();
      await housekeeping.stop();
      await background.idle();
    },
  };
}
