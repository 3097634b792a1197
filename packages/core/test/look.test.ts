import { createMemoryInventory } from "@flash-sale/core/memory";
import { expect } from "chai";
import { openShop, orderOf } from "./shop.js";

const HOUR_MS = 3_600_000;

describe("looking at sales", () => {
  it("lists them by id, in pages, each with its live stock", async () => {
    const shop = await openShop({ totalQuantity: 3 });
    const created = await shop.sale.createProducts([
      { name: "B", price: 1, totalQuantity: 5 },
      { name: "C", price: 1, totalQuantity: 7, saleStartAtMs: Date.now() + HOUR_MS },
    ]);
    await shop.buy("u");
    const ids = [shop.productId, ...created.map(({ id }) => id)].sort();

    const all = await shop.sale.products(null, 10);
    expect(all.map(({ product }) => product.id)).to.deep.equal(ids);
    expect(all.map(({ product, stock, state }) => [product.name, stock.available, state]).sort()).to.deep.equal([
      ["B", 5, "active"],
      ["C", 7, "upcoming"],
      ["Console", 2, "active"],
    ]);
    const first = await shop.sale.products(null, 2);
    const rest = await shop.sale.products(first.at(-1)?.product.id ?? null, 2);
    expect([...first, ...rest].map(({ product }) => product.id)).to.deep.equal(ids);
    expect(await shop.sale.products(ids.at(-1) ?? null, 2)).to.deep.equal([]);
    await shop.close();
  });

  it("tells a sale's status a day after its end by the ledger, and brings no inventory back for it", async () => {
    let lose = () => {};
    const shop = await openShop({ totalQuantity: 5 }, ({ clock }) => {
      const hot = createMemoryInventory({ clock, lockTtlMs: 10_000 });
      lose = hot.lose;
      return { ...hot, admission: { ...hot.inventory, admit: (request) => hot.inventory.hold(request, "granted") } };
    });
    const { id } = orderOf(await shop.buy("u"));
    await shop.buy("v");
    await shop.sale.cancelOrder(id);
    shop.pass(2 * HOUR_MS);
    lose();
    expect((await shop.sale.saleStatus(shop.productId))?.state, "within a day it is brought back").to.equal("ended");
    const { epoch = 0 } = (await shop.ports.products.find(shop.productId)) ?? {};
    expect(epoch).to.equal(2);

    shop.pass(25 * HOUR_MS);
    lose();
    const status = await shop.sale.saleStatus(shop.productId);
    expect(status).to.have.property("state", "ended");
    expect(status?.stock).to.include({ totalQuantity: 5, available: 4, held: 0, purchased: 1, epoch, revision: 1 });
    expect(status?.product).to.include({ committed: 1, epoch });
    expect(await shop.ports.loading.lastEpoch(shop.productId)).to.equal(0);
    await shop.close();
  });

  it("finds a buyer's own orders only", async () => {
    const shop = await openShop();
    const order = orderOf(await shop.buy("u"));
    expect(await shop.sale.findOrder(order.id, "u")).to.deep.equal(order);
    expect(await shop.sale.findOrder(order.id, "v")).to.equal(null);
    expect(await shop.sale.findOrder(shop.ports.ids.next(), "u")).to.equal(null);
    expect((await shop.sale.ordersOf(shop.productId, "u"))?.orders).to.deep.equal([order]);
    expect((await shop.sale.ordersOf(shop.productId, "v"))?.orders).to.deep.equal([]);
    expect(await shop.sale.ordersOf(shop.ports.ids.next(), "u")).to.equal(null);
    await shop.close();
  });
});
