import { createFlashSale, lockThenHold, type Announcement, type FlashSalePorts } from "@flash-sale/core";
import { createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";
import { counts, openShop, orderOf, type Shop } from "./shop.js";

const LIFE = { clock: systemClock, lockTtlMs: 10_000 };

/** Nobody keeps house: who follows is who made a change. */
const unkept = ({ products }: FlashSalePorts) => ({
  products: { ...products, live: async () => [], page: async () => [] },
});

describe("following changes", () => {
  let shop: Shop;
  const open = async (...args: Parameters<typeof openShop>) => (shop = await openShop(...args));
  afterEach(() => shop.close());
  /** In the ledger alone, as a process leaves it that dies right after. */
  const changeLedger = (totalQuantity: number) =>
    shop.ports.changes.change(shop.productId, shop.ports.ids.next(), { totalQuantity }, null);

  it("applies any number of changes that were missed, in their order", async () => {
    await open({}, unkept);
    const order = orderOf(await shop.buy("u"));
    for (let total = 11; total <= 260; total += 1) await changeLedger(total);
    await shop.ports.changes.cancel(order.id);
    await changeLedger(300);
    await shop.sale.cancelOrder(order.id);
    expect(await counts(shop)).to.deep.equal({ total: 300, available: 300, held: 0, purchased: 0, revision: 252 });
  });

  it("ends once it is where the ledger was, however fast changes go on coming", async () => {
    await open({ totalQuantity: 50 }, ({ changes }) => ({
      changes: {
        ...changes,
        after: async (productId, revision, limit) => {
          const found = await changes.after(productId, revision, limit);
          // Whenever somebody has looked, there is one more.
          await changes.change(productId, shop.ports.ids.next(), { priceMinor: 1 }, null);
          return found;
        },
      },
    }));
    const order = orderOf(await shop.buy("u"));
    expect(await shop.sale.cancelOrder(order.id)).to.have.property("status", "cancelled");
  });

  it("does no harm where many follow at once: each change is applied once, and told once", async () => {
    await open({}, unkept);
    const heard: Announcement["kind"][] = [];
    const others = Array.from({ length: 8 }, () => createFlashSale(shop.ports));
    const orders = await Promise.all(Array.from({ length: 8 }, async (_, n) => orderOf(await shop.buy(`u${n}`))));
    shop.ports.announcements.subscribe(({ kind }) => heard.push(kind));
    await Promise.all(others.map((sale, n) => sale.cancelOrder(orders[n]?.id ?? "")));
    expect(heard).to.deep.equal(Array.from({ length: 8 }, () => "changed"));
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 8 });
    await Promise.all(others.map((sale) => sale.close()));
  });

  it("puts a new inventory in the place of one that cannot be what the ledger says", async () => {
    let loads = 0;
    await open({ totalQuantity: 10 }, ({ loading }) => ({
      loading: {
        ...loading,
        // The first knows of no purchase.
        load: (productId, epoch, terms, committed) =>
          loading.load(productId, epoch, terms, (loads += 1) === 2 ? 0 : committed),
      },
    }));
    const order = orderOf(await shop.buy("u"));
    await shop.sale.rebuild(shop.productId);
    expect(await counts(shop)).to.include({ available: 10, purchased: 0 });
    await shop.sale.cancelOrder(order.id);
    expect((await shop.ports.products.find(shop.productId))?.epoch).to.equal(3);
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
  });

  it("puts an inventory in service where there was none, or where it goes away meanwhile", async () => {
    for (const where of ["before", "meanwhile"]) {
      const { inventory, loading, inventoryChanges, lose } = createMemoryInventory(LIFE);
      const faults: unknown[] = [];
      await open({}, (ports) => ({
        ...unkept(ports),
        ...{ inventory, loading, admission: lockThenHold(ports.locks, inventory, LIFE) },
        inventoryChanges: { ...inventoryChanges, apply: (...args) => (lose(), inventoryChanges.apply(...args)) },
        onFault: (...fault) => faults.push(fault),
      }));
      const order = orderOf(await shop.buy("u"));
      if (where === "before") lose();
      await shop.sale.cancelOrder(order.id);
      expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
      expect(faults).to.deep.equal([]);
      await shop.close();
    }
  });

  it("puts a new inventory in the place of one that has gone back behind what was followed", async () => {
    await open({}, (ports) => ({
      ...unkept(ports),
      inventoryChanges: {
        ...ports.inventoryChanges,
        apply: async (epoch, change) =>
          epoch === 1 ? { kind: "too-early" } : ports.inventoryChanges.apply(epoch, change),
      },
    }));
    const order = orderOf(await shop.buy("u"));
    await shop.sale.cancelOrder(order.id);
    expect((await shop.ports.products.find(shop.productId))?.epoch).to.equal(2);
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
  });

  it("tells that units are back on sale only where there are any", async () => {
    await open({ totalQuantity: 1 });
    await shop.buy("u");
    const heard: Announcement["kind"][] = [];
    shop.ports.announcements.subscribe(({ kind }) => heard.push(kind));
    for (const wish of [{ price: 1 }, { totalQuantity: 2 }, { totalQuantity: 3 }])
      await shop.sale.changeProduct(shop.productId, wish);
    expect(heard).to.deep.equal(["changed", "back-on-sale", "changed"]);
  });

  it("announces what it applied, so that other processes look again", async () => {
    await open();
    const heard: Announcement["kind"][] = [];
    shop.ports.announcements.subscribe(({ kind }) => heard.push(kind));
    const other = createFlashSale(shop.ports);
    await other.saleStatus(shop.productId);
    await shop.sale.changeProduct(shop.productId, { name: "Other" });
    expect(heard).to.include("changed");
    expect((await other.saleStatus(shop.productId))?.product.name).to.equal("Other");
    await other.close();
  });
});
