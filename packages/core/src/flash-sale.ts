import { createBackground } from "./background.js";
import { createCatalogue } from "./catalogue.js";
import { createGroupCommit, DEFAULT_COMMIT_LIMITS } from "./group-commit.js";
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
import { purchase, type PurchaseOutcome } from "./use-cases/purchase.js";
import type { PurchaseRequest } from "./use-cases/purchase-request.js";
import { reap, type ReapReport } from "./use-cases/reap.js";
import { rebuild, type RebuildReport } from "./use-cases/rebuild.js";
import { reconcile, type ReconcileReport } from "./use-cases/reconcile.js";
import { saleStatus, type SaleStatus } from "./use-cases/sale-status.js";

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
}

export interface FlashSale {
  /** Puts a product on sale: its stock is live when the answer comes. */
  createProduct(product: NewProduct): Promise<Product>;
  /** The same for many, all or none; InvalidRequest says in `details.index` which one is wrong. */
  createProducts(products: readonly NewProduct[]): Promise<Product[]>;
  /** Changes a product while its sale goes on; the hot stock follows. */
  changeProduct(productId: string, change: ProductChange): Promise<ChangeOutcome>;
  purchase(request: PurchaseRequest): Promise<PurchaseOutcome>;
  /** Null where there is no such product. */
  saleStatus(productId: string): Promise<SaleStatus | null>;
  /** How the sale of the newest product stands; null before the first one. */
  newestSale(): Promise<SaleStatus | null>;
  /** How the sales of products stand, by product id, after `afterId`, at most `limit`. */
  products(afterId: string | null, limit: number): Promise<SaleStatus[]>;
  /** A buyer's order; null for a void, an unknown id, and another buyer's order. */
  findOrder(orderId: string, userId: string): Promise<Order | null>;
  /** A buyer's orders of a product, the newest first; null where there is no such product. */
  ordersOf(
    productId: string,
    userId: string,
  ): Promise<{ readonly product: Product; readonly orders: readonly Order[] } | null>;
  /** Cancels an order; its units go back on sale, once. Answers the order, also where it was cancelled before; null where there is none. */
  cancelOrder(orderId: string): Promise<Order | null>;
  /** Ends expired holds of one product now, instead of within the next second. Null where there is no such product. */
  reap(productId: string): Promise<ReapReport | null>;
  /** Loads the inventory anew from the orders, even where it looks whole. Null where there is no such product. */
  rebuild(productId: string): Promise<RebuildReport | null>;
  reconcile(productId: string, options?: { readonly fix?: boolean }): Promise<ReconcileReport | null>;
  /** Stops what goes on behind the purchases, and waits for it. Purchases under way are the caller's to wait for. Closes no port. */
  close(): Promise<void>;
}

export function createFlashSale(ports: FlashSalePorts): FlashSale {
  const { products, orders } = ports;
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

  const rebuildProduct = rebuild({ ...ports, announce });
  const inService = createInService({ catalogue, rebuild: rebuildProduct });
  const follow = followChanges({ ...ports, inService, announce });
  const reapProduct = reap({ ...ports, announce, followChanges: follow });
  const status = saleStatus({ ...ports, inService, catalogue });
  const housekeeping = startHousekeeping({
    ...ports,
    inService,
    inBackground,
    onFault,
    followChanges: follow,
    reap: reapProduct,
    loadBuyers: loadBuyers(ports),
  });

  const create = createProducts({ ...ports, rebuild: rebuildProduct });

  return {
    createProduct: async (product) => {
      const [created] = await create([product]);
      if (!created) throw new Error("a product that was created is missing");
      return created;
    },
    createProducts: create,
    changeProduct: changeProduct({
      ...ports,
      catalogue,
      inService,
      saleStatus: status,
      followChanges: follow,
      announce,
      onFault,
    }),
    cancelOrder: cancelOrder({ ...ports, followChanges: follow, onFault }),
    purchase: purchase({
      ...ports,
      catalogue,
      inService,
      inBackground,
      announce,
      followChanges: follow,
      soldOut,
      commits: createGroupCommit(ports, DEFAULT_COMMIT_LIMITS),
    }),
    saleStatus: status,
    newestSale: async () => {
      const product = await products.newest();
      return product && status(product.id);
    },
    products: async (afterId, limit) => {
      const page = await products.page(afterId, limit);
      const found = await Promise.all(page.map(({ id }) => status(id)));
      return found.filter((one) => one !== null);
    },
    findOrder: async (orderId, userId) => {
      const order = await orders.find(orderId);
      return order?.userId === userId ? order : null;
    },
    ordersOf: async (productId, userId) => {
      const product = await catalogue.find(productId);
      return product && { product, orders: await orders.ofBuyer(productId, userId) };
    },
    reap: async (productId) => {
      const product = await catalogue.refresh(productId);
      return product && reapProduct(productId, product.epoch);
    },
    rebuild: async (productId) => {
      const product = await products.find(productId);
      return product && rebuildProduct(productId, product.epoch);
    },
    reconcile: reconcile({ ...ports, rebuild: rebuildProduct, followChanges: follow }),
    close: async () => {
      unsubscribe();
      await housekeeping.stop();
      await background.idle();
    },
  };
}
