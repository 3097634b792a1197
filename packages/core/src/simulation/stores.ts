import { StoreRejected } from "../faults.js";
import type { FlashSalePorts } from "../flash-sale.js";
import type { Changes } from "../ports/changes.js";
import type { InventoryChanges } from "../ports/inventory-changes.js";
import type { Inventory } from "../ports/inventory.js";
import type { Orders } from "../ports/orders.js";
import type { Invariants } from "./invariants.js";
import type { Journal } from "./journal.js";

/** The stores all processes share. */
export type Stores = Pick<
  FlashSalePorts,
  "products" | "orders" | "orderPages" | "changes" | "inventory" | "loading" | "inventoryChanges" | "locks"
>;

/** The same stores, with the checkers looking on at every write. */
export function watched(stores: Stores, invariants: Invariants, journal: Journal): Stores {
  return {
    ...stores,
    products: {
      ...stores.products,
      async projectSold() {
        const changed = await stores.products.projectSold();
        journal.mark("projection");
        return changed;
      },
    },
    orders: watchedOrders(stores.orders, invariants, journal),
    changes: watchedChanges(stores.changes, invariants, journal),
    inventoryChanges: watchedInventoryChanges(stores.inventoryChanges, invariants, journal),
    inventory: watchedInventory(stores.inventory, invariants),
    loading: {
      ...stores.loading,
      async load(productId, epoch, terms, committed) {
        const answer = await stores.loading.load(productId, epoch, terms, committed);
        journal.count(answer === "loaded" ? "inventories loaded" : "loads refused");
        if (answer === "loaded") invariants.loaded(productId, epoch, terms.revision);
        return answer;
      },
      async teach(productId, epoch, revision, buyers) {
        const answer = await stores.loading.teach(productId, epoch, revision, buyers);
        journal.count(answer === "taught" ? "teachings" : `teachings refused, ${answer}`);
        return answer;
      },
    },
  };
}

function watchedOrders(orders: Orders, invariants: Invariants, journal: Journal): Orders {
  return {
    ...orders,
    async commit(productId, epoch, drafts) {
      // A row that the store cannot take, as U+0000 was before it was refused at the door.
      if (drafts.some(({ metadata }) => metadata?.["poison"] === true)) {
        journal.count("rejected commits");
        throw new StoreRejected("orders");
      }
      const answers = await orders.commit(productId, epoch, drafts);
      journal.count("commits");
      journal.count("rows committed", drafts.length);
      answers.forEach((answer, index) => invariants.answered(answer, drafts[index]));
      invariants.written(productId);
      return answers;
    },
    async void(productId, reservations) {
      const standing = await orders.void(productId, reservations);
      journal.count("reaped: void", standing.filter((status) => status === "void").length);
      journal.count("reaped: confirmed", standing.filter((status) => status === "confirmed").length);
      journal.count("reaped: cancelled", standing.filter((status) => status === "cancelled").length);
      journal.count("reaped: changed", standing.filter((status) => status === "changed").length);
      invariants.written(productId);
      return standing;
    },
    async withLedger(productId, work) {
      const result = await orders.withLedger(productId, work);
      invariants.written(productId);
      return result;
    },
  };
}

function watchedInventory(inventory: Inventory, invariants: Invariants): Inventory {
  return {
    ...inventory,
    async hold(request, lock) {
      const answer = await inventory.hold(request, lock);
      if (answer.kind === "held") {
        invariants.admitted(answer.revision, answer.reservation);
        await invariants.offered(request.productId);
      }
      return answer;
    },
    async confirm(productId, epoch, reservations) {
      invariants.confirming(productId, reservations);
      await inventory.confirm(productId, epoch, reservations);
    },
    async release(productId, epoch, reservations) {
      invariants.releasing(productId, reservations);
      const stock = await inventory.release(productId, epoch, reservations);
      await invariants.offered(productId);
      return stock;
    },
  };
}

function watchedChanges(changes: Changes, invariants: Invariants, journal: Journal): Changes {
  return {
    ...changes,
    async change(productId, id, edit, withheld) {
      const answer = await changes.change(productId, id, edit, withheld);
      journal.count(`changes told ${answer?.kind ?? "that there is no product"}`);
      invariants.written(productId);
      await invariants.offered(productId);
      return answer;
    },
    async cancel(orderId) {
      const order = await changes.cancel(orderId);
      if (order) invariants.written(order.productId);
      return order;
    },
  };
}

function watchedInventoryChanges(
  changes: InventoryChanges,
  invariants: Invariants,
  journal: Journal,
): InventoryChanges {
  return {
    async withhold(request) {
      const answer = await changes.withhold(request);
      journal.count(`withholding told ${answer.kind}`);
      return answer;
    },
    async apply(epoch, change) {
      const answer = await changes.apply(epoch, change);
      journal.count(`${change.kind === "terms" ? "terms" : "cancellations"} told ${answer.kind}`);
      invariants.applying(epoch, change, answer);
      await invariants.offered(change.productId);
      return answer;
    },
  };
}
