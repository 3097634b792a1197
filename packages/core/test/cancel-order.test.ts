import { createFlashSale, InvalidRequest, lockThenHold, StoreUnavailable, type Announcement } from "@flash-sale/core";
import { createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";
import { counts, eventually, openShop, orderOf, told, type Shop } from "./shop.js";

describe("a cancelled order", () => {
  let shop: Shop;
  const open = async (...args: Parameters<typeof openShop>) => (shop = await openShop(...args));
  afterEach(() => shop.close());

  it("puts its units back on sale at once, and its buyer may buy again", async () => {
    await open({ totalQuantity: 2, perUserLimit: 2 });
    const order = orderOf(await shop.buy("u", { quantity: 2 }));
    expect(told(await shop.buy("v"))).to.equal("sold-out");
    expect(await shop.sale.cancelOrder(order.id.toUpperCase())).to.deep.equal({ ...order, status: "cancelled" });
    expect(await counts(shop)).to.deep.equal({ total: 2, available: 2, held: 0, purchased: 0, revision: 1 });
    expect(told(await shop.buy("v"))).to.equal("purchased");
    expect(told(await shop.buy("u"))).to.equal("purchased");
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
  });

  it("stays cancelled: a second time answers the same order, and its key replays it", async () => {
    await open();
    const order = orderOf(await shop.buy("u", { key: "k" }));
    const cancelled = { ...order, status: "cancelled" as const };
    expect(await shop.sale.cancelOrder(order.id)).to.deep.equal(cancelled);
    expect(await shop.sale.cancelOrder(order.id)).to.deep.equal(cancelled);
    expect(await shop.sale.findOrder(order.id, "u")).to.deep.equal(cancelled);
    expect(await shop.buy("u", { key: "k" })).to.deep.equal({ kind: "purchased", order: cancelled, replayed: true });
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
  });

  it("was an order: an unknown id and a void are none", async () => {
    await open();
    const { productId, ports } = shop;
    const id = ports.ids.next();
    const request = { productId, epoch: 1, userId: "u", quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    await ports.admission.admit({ ...request, reservationId: id });
    shop.pass(10_000);
    await shop.sale.reap(productId);
    expect(await shop.sale.cancelOrder(id)).to.equal(null);
    expect(await shop.sale.cancelOrder(ports.ids.next())).to.equal(null);
    const fault: unknown = await shop.sale.cancelOrder("no id").catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(InvalidRequest).with.property("field", "orderId");
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("is cancelled once from several places during rebuilds: its units go back once", async () => {
    for (let round = 0; round < 20; round += 1) {
      await open({ totalQuantity: 5, perUserLimit: 2 });
      const processes = [shop.sale, createFlashSale(shop.ports), createFlashSale(shop.ports)];
      const order = orderOf(await shop.buy("u", { quantity: 2 }));
      await shop.buy("v");
      // Begun one turn after the other, so that rebuild and cancellations meet in another way each round.
      const tasks = [0, 1, 2].map(async (place) => {
        for (let turn = 0; turn < (round * (place + 1)) % 11; turn += 1) await Promise.resolve();
        return processes[place]?.cancelOrder(order.id);
      });
      const [, ...answers] = await Promise.all([shop.sale.rebuild(shop.productId), ...tasks]);
      for (const answer of answers) expect(answer).to.deep.equal({ ...order, status: "cancelled" });
      expect(await counts(shop)).to.deep.equal({ total: 5, available: 4, held: 0, purchased: 1, revision: 1 });
      expect(await shop.ports.products.find(shop.productId)).to.include({ committed: 1, revision: 1 });
      expect(told(await shop.buy("u", { quantity: 2 }))).to.equal("purchased");
      await Promise.all(processes.map((sale) => sale.close()));
    }
  });

  it("ends its hold where the confirm has not come, and the confirm that comes later does nothing", async () => {
    const confirms: (() => Promise<void>)[] = [];
    await open({}, ({ admission }) => ({
      admission: { ...admission, confirm: async (...args) => void confirms.push(() => admission.confirm(...args)) },
    }));
    const order = orderOf(await shop.buy("u"));
    expect(await counts(shop)).to.include({ available: 9, held: 1, purchased: 0 });
    await shop.sale.cancelOrder(order.id);
    const stock = { total: 10, available: 10, held: 0, purchased: 0, revision: 1 };
    expect(await counts(shop)).to.deep.equal(stock);
    for (const confirm of confirms) await confirm();
    expect(await counts(shop)).to.deep.equal(stock);
  });

  it("ends its hold once where the reaper finds it before the inventory has followed", async () => {
    await open({}, ({ admission }) => ({ admission: { ...admission, confirm: async () => undefined } }));
    const order = orderOf(await shop.buy("u"));
    await shop.ports.changes.cancel(order.id);
    shop.pass(10_000);
    await shop.sale.reap(shop.productId);
    await eventually(async () => (await counts(shop)).held === 0, "the hold has ended");
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
  });

  it("is cancelled where the hot store is away; its units go back when it is there again", async () => {
    let away = true;
    const faults: string[] = [];
    await open({}, ({ inventoryChanges }) => ({
      onFault: (doing) => faults.push(doing),
      inventoryChanges: {
        ...inventoryChanges,
        apply: (...args) =>
          away ? Promise.reject(new StoreUnavailable("inventory", "none")) : inventoryChanges.apply(...args),
      },
    }));
    const order = orderOf(await shop.buy("u"));
    expect(await shop.sale.cancelOrder(order.id)).to.have.property("status", "cancelled");
    expect(faults).to.include("putting the units of a cancelled order back on sale");
    away = false;
    await eventually(async () => (await counts(shop)).available === 10, "the unit came back");
  });

  it("is cancelled once where the answer was lost", async () => {
    let calls = 0;
    await open({}, ({ changes }) => ({
      changes: {
        ...changes,
        cancel: async (orderId) => {
          const order = await changes.cancel(orderId);
          if ((calls += 1) === 1) throw new StoreUnavailable("orders", "unknown");
          return order;
        },
      },
    }));
    const order = orderOf(await shop.buy("u"));
    expect(await shop.sale.cancelOrder(order.id)).to.have.property("status", "cancelled");
    expect(await counts(shop)).to.include({ available: 10, purchased: 0, revision: 1 });
  });

  it("says so to whoever could not be cancelled now, and nothing has changed", async () => {
    await open({}, ({ changes }) => ({
      changes: { ...changes, cancel: () => Promise.reject(new StoreUnavailable("orders", "none")) },
    }));
    const order = orderOf(await shop.buy("u"));
    const fault: unknown = await shop.sale.cancelOrder(order.id).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(await shop.sale.findOrder(order.id, "u")).to.deep.equal(order);
  });

  it("does not count for a buyer whom a rebuilt inventory is taught only now", async () => {
    const { inventory, loading, inventoryChanges, lose } = createMemoryInventory({
      clock: systemClock,
      lockTtlMs: 10_000,
    });
    const admission = lockThenHold({ acquire: async () => true, release: async () => undefined }, inventory, {
      lockTtlMs: 10_000,
    });
    // Nobody but the buyer's own purchase teaches.
    await open({}, ({ products, orderPages }) => ({
      ...{ inventory, loading, inventoryChanges, admission },
      products: { ...products, live: async () => [] },
      orderPages: { ...orderPages, buyers: async () => [] },
    }));
    const order = orderOf(await shop.buy("u", { key: "k" }));
    lose();
    await shop.sale.saleStatus(shop.productId);
    await shop.sale.cancelOrder(order.id);
    expect(await counts(shop)).to.include({ available: 10, purchased: 0, revision: 1 });
    expect(told(await shop.buy("u"))).to.equal("purchased");
    expect(orderOf(await shop.buy("u", { key: "k" }))).to.include({ id: order.id, status: "cancelled" });
  });

  it("is announced, as back on sale where nothing was left", async () => {
    await open({ totalQuantity: 2 });
    const heard: Announcement["kind"][] = [];
    const orders = [orderOf(await shop.buy("a")), orderOf(await shop.buy("b"))];
    shop.ports.announcements.subscribe(({ kind }) => heard.push(kind));
    for (const { id } of orders) await shop.sale.cancelOrder(id);
    expect(heard).to.deep.equal(["back-on-sale", "changed"]);
  });

  it("goes on selling to the last unit while a crowd buys and has what it bought cancelled", async () => {
    await open({ totalQuantity: 40 });
    const other = createFlashSale(shop.ports);
    let cancelled = 0;
    await Promise.all(
      Array.from({ length: 400 }, async (_, n) => {
        const outcome = await shop.buy(`u${n}`);
        if (outcome.kind !== "purchased" || n % 3 === 0) return;
        cancelled += 1;
        await Promise.all([shop.sale.cancelOrder(outcome.order.id), other.cancelOrder(outcome.order.id)]);
      }),
    );
    for (let n = 0; n < 80; n += 1) await shop.buy(`late${n}`);
    expect(cancelled).to.be.greaterThan(0);
    expect(await shop.ports.products.find(shop.productId)).to.include({ committed: 40, revision: cancelled });
    await eventually(async () => (await counts(shop)).held === 0, "all is confirmed");
    expect(await counts(shop)).to.deep.equal({ total: 40, available: 0, held: 0, purchased: 40, revision: cancelled });
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await other.close();
  });
});
