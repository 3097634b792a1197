import type { FlashSalePorts } from "../flash-sale.js";
import type { Admission } from "../ports/admission.js";
import type { Announcements } from "../ports/announcements.js";
import type { LockedLedger } from "../ports/orders.js";
import type { Link } from "./link.js";
import type { World } from "./world.js";

/** The stores as one process sees them, at the far end of its links. */
export function linkedPorts(
  world: World,
  { call, reach }: Link,
): Omit<FlashSalePorts, "admission" | "clock" | "ids" | "onFault"> {
  const { products, orders, orderPages, changes, inventory, loading, inventoryChanges, locks } = world.stores;

  const linkedLedger = (ledger: LockedLedger): LockedLedger => ({
    ...ledger,
    nextEpoch: (atLeast) => call("orders", "nextEpoch", () => ledger.nextEpoch(atLeast)),
    moveEpoch: (epoch) => call("orders", "moveEpoch", () => ledger.moveEpoch(epoch)),
    confirmed: (ids) => call("orders", "confirmed", () => ledger.confirmed(ids)),
  });

  const announcements: Announcements = {
    publish: (announcement) => call("inventory", "publish", () => world.announcements.publish(announcement)),
    subscribe: (listener) =>
      world.announcements.subscribe((announcement) => {
        if (world.random.chance(world.weather.odds.announcementLost)) world.journal.count("lost announcements");
        else reach(world.random.between(100, 2_000), () => listener(announcement));
      }),
  };

  return {
    products: {
      create: (created) => call("orders", "create", () => products.create(created)),
      find: (id) => call("orders", "findProduct", () => products.find(id)),
      newest: () => call("orders", "newest", () => products.newest()),
      live: (nowMs, endedAfterMs) => call("orders", "live", () => products.live(nowMs, endedAfterMs)),
      page: (afterId, limit) => call("orders", "page", () => products.page(afterId, limit)),
      projectSold: () => call("orders", "projectSold", () => products.projectSold()),
    },
    orders: {
      commit: (productId, epoch, drafts) => call("orders", "commit", () => orders.commit(productId, epoch, drafts)),
      void: (productId, reservations) => call("orders", "void", () => orders.void(productId, reservations)),
      find: (id) => call("orders", "findOrder", () => orders.find(id)),
      ofBuyer: (productId, userId) => call("orders", "ofBuyer", () => orders.ofBuyer(productId, userId)),
      withLedger: (productId, work) =>
        call("orders", "withLedger", (onProcess) =>
          orders.withLedger(productId, (ledger) => onProcess(() => work(linkedLedger(ledger)))),
        ),
    },
    orderPages: {
      search: (filter, after, limit) => call("orders", "search", () => orderPages.search(filter, after, limit)),
      orders: (productId, after, limit) =>
        call("orders", "pageOfOrders", () => orderPages.orders(productId, after, limit)),
      buyers: (productId, after, limit) =>
        call("orders", "pageOfBuyers", () => orderPages.buyers(productId, after, limit)),
    },
    inventory: {
      hold: (request, lock) => call("inventory", "hold", () => inventory.hold(request, lock)),
      confirm: (productId, epoch, holds) =>
        call("inventory", "confirm", () => inventory.confirm(productId, epoch, holds)),
      release: (productId, epoch, holds) =>
        call("inventory", "release", () => inventory.release(productId, epoch, holds)),
      expired: (productId, epoch, max) => call("inventory", "expired", () => inventory.expired(productId, epoch, max)),
      status: (productId, epoch) => call("inventory", "status", () => inventory.status(productId, epoch)),
      audit: (productId, epoch) => call("inventory", "audit", () => inventory.audit(productId, epoch)),
      buyers: (productId, epoch, userIds) =>
        call("inventory", "buyers", () => inventory.buyers(productId, epoch, userIds)),
    },
    inventoryChanges: {
      withhold: (request) => call("inventory", "withhold", () => inventoryChanges.withhold(request)),
      apply: (epoch, change) => call("inventory", "apply", () => inventoryChanges.apply(epoch, change)),
    },
    changes: {
      change: (productId, id, edit, withheld) =>
        call("orders", "change", () => changes.change(productId, id, edit, withheld)),
      cancel: (orderId) => call("orders", "cancel", () => changes.cancel(orderId)),
      after: (productId, revision, limit) =>
        call("orders", "changesAfter", () => changes.after(productId, revision, limit)),
    },
    loading: {
      load: (productId, epoch, terms, committed) =>
        call("inventory", "load", () => loading.load(productId, epoch, terms, committed)),
      lastEpoch: (productId) => call("inventory", "lastEpoch", () => loading.lastEpoch(productId)),
      teach: (productId, epoch, revision, buyers) =>
        call("inventory", "teach", () => loading.teach(productId, epoch, revision, buyers)),
      finishTeaching: (productId, epoch) =>
        call("inventory", "finishTeaching", () => loading.finishTeaching(productId, epoch)),
    },
    locks: {
      acquire: (name, owner, ttlMs) => call("inventory", "acquire", () => locks.acquire(name, owner, ttlMs)),
      release: (name, owner) => call("inventory", "unlock", () => locks.release(name, owner)),
    },
    announcements,
  };
}

/** Admission as one step of the store, as a script does it. */
export function linkedAdmission(admission: Admission, { call }: Link): Admission {
  return {
    admit: (request) => call("inventory", "admit", () => admission.admit(request)),
    confirm: (productId, epoch, holds) =>
      call("inventory", "confirm", () => admission.confirm(productId, epoch, holds)),
    release: (productId, epoch, holds) =>
      call("inventory", "release", () => admission.release(productId, epoch, holds)),
  };
}
