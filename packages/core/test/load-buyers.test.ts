import { createFlashSale } from "@flash-sale/core";
import { createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";
import { eventually, openShop, orderOf, type Shop } from "./shop.js";

/** A shop whose inventory can be lost, and where `meanwhile` happens after every page of buyers that is read. */
async function openWhere(
  meanwhile: (shop: Shop, page: number) => Promise<void>,
): Promise<{ shop: Shop; lose: () => void }> {
  const { inventory, loading, inventoryChanges, lose } = createMemoryInventory({
    clock: systemClock,
    lockTtlMs: 10_000,
  });
  let pages = 0;
  const shop: Shop = await openShop({ totalQuantity: 100 }, ({ orderPages, locks }) => ({
    ...{ inventory, loading, inventoryChanges },
    admission: {
      admit: (request) => inventory.hold(request, "granted"),
      confirm: inventory.confirm,
      release: inventory.release,
    },
    locks,
    orderPages: {
      ...orderPages,
      buyers: async (...args) => {
        const page = await orderPages.buyers(...args);
        await meanwhile(shop, (pages += 1));
        return page;
      },
    },
  }));
  return { shop, lose };
}

const unitsKnown = async ({ ports, productId }: Shop, userId: string) => {
  const epoch = (await ports.products.find(productId))?.epoch ?? 0;
  const [buyer] = (await ports.inventory.buyers(productId, epoch, [userId])) ?? [];
  return buyer?.orders?.map(({ units }) => units) ?? null;
};
const buyersLoaded = async ({ ports, productId }: Shop) => {
  const epoch = (await ports.products.find(productId))?.epoch ?? 0;
  return (await ports.inventory.status(productId, epoch))?.buyersLoaded === true;
};

describe("loading buyers", () => {
  it("reads a page again when an order was cancelled after it was read", async () => {
    const { shop, lose } = await openWhere(async ({ sale }, page) => {
      if (page === 1) await sale.cancelOrder(cancelled.id);
    });
    const cancelled = orderOf(await shop.buy("u"));
    await shop.buy("v");
    lose();
    await eventually(() => buyersLoaded(shop), "all buyers are known");
    expect(await unitsKnown(shop, "u")).to.deep.equal([0]);
    expect(await unitsKnown(shop, "v")).to.deep.equal([1]);
    await shop.close();
  });

  it("comes to its end although changes come after nearly every page", async () => {
    const { shop, lose } = await openWhere(async ({ sale, productId }, page) => {
      if (page % 5 !== 0) await sale.changeProduct(productId, { price: page });
    });
    for (let buyer = 0; buyer < 60; buyer += 1) await shop.buy(`u${buyer}`);
    lose();
    await eventually(() => buyersLoaded(shop), "all buyers are known");
    for (let buyer = 0; buyer < 60; buyer += 1) expect(await unitsKnown(shop, `u${buyer}`)).to.deep.equal([1]);
    await shop.close();
  });

  it("is of one life of the inventory: the next life's loader begins anew", async () => {
    const { shop, lose } = await openWhere(async ({ ports, productId }, page) => {
      if (page > 1) return;
      lose();
      const other = createFlashSale(ports);
      await other.saleStatus(productId);
      await other.close();
    });
    await shop.buy("u");
    lose();
    await eventually(() => buyersLoaded(shop), "all buyers are known");
    expect(await unitsKnown(shop, "u")).to.deep.equal([1]);
    await shop.close();
  });
});
