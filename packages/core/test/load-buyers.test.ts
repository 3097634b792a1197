import { PRODUCT, productOf } from "#src/contract/given.js";
import { loadBuyers } from "#src/use-cases/load-buyers.js";
import { createFlashSale } from "@flash-sale/core";
import { createMemoryAdapters, createMemoryInventory, systemClock } from "@flash-sale/core/memory";
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

  /** The loader over an inventory that is at revision 3, and answers each page as the test says; `asked` has the pages' sizes. */
  function opened(buyers: number, answer: (page: number) => "taught" | "behind" | "not-in-service" = () => "taught") {
    const memory = createMemoryAdapters();
    const all = Array.from({ length: buyers }, (_, n) => ({ userId: `u${String(n).padStart(5, "0")}`, orders: [] }));
    const asked: number[] = [];
    const told: string[] = [];
    const status = {
      ...productOf({ revision: 3 }),
      available: 1,
      held: 0,
      purchased: 0,
      buyersLoaded: false,
      nowMs: 0,
    };
    const stores = {
      whole: true,
      inventory: { ...memory.inventory, status: async () => (stores.whole ? status : null) },
      orderPages: {
        ...memory.orderPages,
        buyers: async (_product: string, after: string | null, limit: number) => {
          asked.push(limit);
          return all.filter(({ userId }) => after === null || userId > after).slice(0, limit);
        },
      },
      loading: {
        ...memory.loading,
        teach: async (_product: string, epoch: number, revision: number, page: typeof all) => {
          told.push(`${String(page.length)} of ${String(epoch)} at ${String(revision)}`);
          return answer(told.length);
        },
        finishTeaching: async (_product: string, epoch: number) => void told.push(`all of ${String(epoch)}`),
      },
    };
    return { stores, asked, told, run: () => loadBuyers(stores)(PRODUCT, 2) };
  }

  it("tells 1,000 buyers at a time, and says in the end that these were all", async () => {
    const { asked, run, told } = opened(2_001);
    expect(await run()).to.equal(2_001);
    expect(told).to.deep.equal(["1000 of 2 at 3", "1000 of 2 at 3", "1 of 2 at 3", "all of 2"]);
    expect(asked).to.deep.equal([1_000, 1_000, 1_000]);
  });

  it("has nobody to tell where there are no buyers, or no more: these were all", async () => {
    const none = opened(0);
    expect(await none.run()).to.equal(0);
    expect(none.told).to.deep.equal(["all of 2"]);
    const full = opened(1_000);
    expect(await full.run()).to.equal(1_000);
    expect(full.told).to.deep.equal(["1000 of 2 at 3", "all of 2"]);
  });

  it("reads less and less where changes come in between, but never fewer than ten, and then more again", async () => {
    const { run, told } = opened(3_000, (page) => (page <= 8 ? "behind" : "taught"));
    expect(await run()).to.equal(3_000);
    const down = [1_000, 500, 250, 125, 62, 31, 15, 10, 10];
    expect(told.slice(0, -1).map(parseFloat)).to.deep.equal([...down, 20, 40, 80, 160, 320, 640, 1_000, 730]);
  });

  it("reads the next page while one is told, and no further", async () => {
    const { asked, run, stores } = opened(3_001);
    const { teach } = stores.loading;
    const readMeanwhile: number[] = [];
    stores.loading.teach = async (...lesson) => {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      readMeanwhile.push(asked.length);
      return teach(...lesson);
    };
    await run();
    expect(readMeanwhile).to.deep.equal([2, 3, 4, 4]);
  });

  it("stops where that life of the inventory is over: its buyers are not all known", async () => {
    const over = opened(2_001, (page) => (page === 2 ? "not-in-service" : "taught"));
    expect(await over.run()).to.equal(1_000);
    expect(over.told).not.to.include("all of 2");
    const { run, stores, asked, told } = opened(1);
    stores.whole = false;
    expect(await run()).to.equal(0);
    expect([asked, told]).to.deep.equal([[], []]);
  });
});
