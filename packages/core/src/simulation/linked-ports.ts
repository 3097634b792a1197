import type { FlashSalePorts } from "../flash-sale.js";
import type { Admission } from "../ports/admission.js";
import type { Announcements } from "../ports/announcements.js";
import type { LockedLedger } from "../ports/orders.js";
import type { HotServer } from "./hot-store.js";
import type { Link } from "./link.js";
import type { Process } from "./process.js";
import type { World } from "./world.js";

/** The stores as one process sees them, at the far end of its links. */
export function linkedPorts(
  world: World,
  process: Process,
  { call, reach }: Link,
): Omit<FlashSalePorts, "admission" | "clock" | "ids" | "onFault"> {
  const { products, orders, orderPages, changes } = world.stores;
  const hot = hotCalls(world, process, call);

  const linkedLedger = (ledger: LockedLedger): LockedLedger => ({
    ...ledger,
    nextEpoch: (atLeast) => call("orders", "nextEpoch", () => ledger.nextEpoch(atLeast)),
    moveEpoch: (epoch) => call("orders", "moveEpoch", () => ledger.moveEpoch(epoch)),
    confirmed: (ids) => call("orders", "confirmed", () => ledger.confirmed(ids)),
  });

  const announcements: Announcements = {
    publish: (announcement) => hot("publish", async (server) => world.hot.publish(server, announcement)),
    subscribe: (listener) =>
      world.hot.subscribe(process, (announcement) => {
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
      buyersAmong: (productId, userIds) =>
        call("orders", "buyersAmong", () => orderPages.buyersAmong(productId, userIds)),
    },
    inventory: {
      hold: (request, lock) => hot("hold", ({ stores }) => stores.inventory.hold(request, lock)),
      confirm: (productId, epoch, holds) =>
        hot("confirm", ({ stores }) => stores.inventory.confirm(productId, epoch, holds)),
      release: (productId, epoch, holds) =>
        hot("release", ({ stores }) => stores.inventory.release(productId, epoch, holds)),
      expired: (productId, epoch, max) =>
        hot("expired", ({ stores }) => stores.inventory.expired(productId, epoch, max)),
      status: (productId, epoch) => hot("status", ({ stores }) => stores.inventory.status(productId, epoch)),
      audit: (productId, epoch) => hot("audit", ({ stores }) => stores.inventory.audit(productId, epoch)),
      buyers: (productId, epoch, userIds) =>
        hot("buyers", ({ stores }) => stores.inventory.buyers(productId, epoch, userIds)),
    },
    inventoryChanges: {
      withhold: (request) => hot("withhold", ({ stores }) => stores.inventoryChanges.withhold(request)),
      apply: (epoch, change) => hot("apply", ({ stores }) => stores.inventoryChanges.apply(epoch, change)),
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
        hot("load", ({ stores }) => stores.loading.load(productId, epoch, terms, committed)),
      lastEpoch: (productId) => hot("lastEpoch", ({ stores }) => stores.loading.lastEpoch(productId)),
      teach: (productId, epoch, revision, buyers) =>
        hot("teach", ({ stores }) => stores.loading.teach(productId, epoch, revision, buyers)),
      finishTeaching: (productId, epoch) =>
        hot("finishTeaching", ({ stores }) => stores.loading.finishTeaching(productId, epoch)),
      knownBuyers: (productId, epoch, from) =>
        hot("knownBuyers", ({ stores }) => stores.loading.knownBuyers(productId, epoch, from)),
    },
    locks: {
      acquire: (name, owner, ttlMs) => hot("acquire", ({ stores }) => stores.locks.acquire(name, owner, ttlMs)),
      release: (name, owner) => hot("unlock", ({ stores }) => stores.locks.release(name, owner)),
    },
    announcements,
  };
}

/** Admission as one step of the store, as a script does it. */
export function linkedAdmission(world: World, process: Process, { call }: Link): Admission {
  const hot = hotCalls(world, process, call);
  return {
    admit: (request) => hot("admit", ({ admission }) => admission.admit(request)),
    confirm: (productId, epoch, holds) => hot("confirm", ({ admission }) => admission.confirm(productId, epoch, holds)),
    release: (productId, epoch, holds) => hot("release", ({ admission }) => admission.release(productId, epoch, holds)),
  };
}

/** Calls go to the server that the process talks to when it sends them, and to no other. */
function hotCalls({ hot }: World, process: Process, call: Link["call"]) {
  return <T>(method: string, effect: (server: HotServer) => Promise<T>): Promise<T> => {
    const server = hot.serverOf(process);
    return call(
      "inventory",
      method,
      () => effect(server),
      () => server.isUp,
    );
  };
}
