import { createMemoryInventory } from "@flash-sale/core/memory";
import { expect } from "chai";
import { openShop, type Shop } from "./shop.js";

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

/** A shop whose hot store can lose everything, by clocks that a test sets; the sale lasts for the first two hours. */
async function opened() {
  let nowMs = START_MS;
  let hotMs = 0;
  let finds = 0;
  const clock = { now: () => nowMs, sleep: () => new Promise<void>(() => undefined) };
  const hot = createMemoryInventory({ clock: { ...clock, now: () => nowMs + hotMs }, lockTtlMs: 10_000 });
  const { inventory, loading, inventoryChanges, lose } = hot;
  const shop: Shop = await openShop({ saleStartAtMs: START_MS, perUserLimit: 2 }, ({ products }) => ({
    ...{ clock, inventory, loading, inventoryChanges },
    admission: {
      admit: (request) => inventory.hold(request, "granted"),
      confirm: inventory.confirm,
      release: inventory.release,
    },
    products: { ...products, find: async (id) => ((finds += 1), products.find(id)) },
    // Other processes' news do not come here.
    announcements: { publish: async () => undefined, subscribe: () => () => undefined },
  }));
  return {
    shop,
    lose,
    status: () => shop.sale.saleStatus(shop.productId),
    pass: (ms: number) => void (nowMs += ms),
    hotStoreAhead: (ms: number) => void (hotMs = ms),
    findsOf: async (work: Promise<unknown>) => ((finds = 0), await work, finds),
  };
}

describe("the status of a sale", () => {
  it("is by the hot store's clock, of the product as it is known, without asking the ledger each time", async () => {
    const { shop, status, findsOf, hotStoreAhead, pass } = await opened();
    await shop.buy("u");
    hotStoreAhead(5);
    const { product, state, stock } = (await status()) ?? {};
    expect(product).to.include({ id: shop.productId, epoch: 1 });
    expect(state).to.equal("active");
    expect(stock).to.include({ epoch: 1, available: 9, held: 0, purchased: 1, nowMs: START_MS + 5 });
    expect(await findsOf(status())).to.equal(0);
    pass(2 * HOUR_MS - 6);
    expect((await status())?.state).to.equal("active");
    pass(1);
    expect((await status())?.state).to.equal("ended");
    await shop.close();
  });

  it("is of the product as it was changed, though this process has not heard of the change", async () => {
    const { shop, status, findsOf } = await opened();
    await status();
    const { changes, inventoryChanges, ids } = shop.ports;
    await changes.change(shop.productId, ids.next(), { name: "Other" }, null);
    for (const change of await changes.after(shop.productId, 0, 1)) await inventoryChanges.apply(1, change);
    expect((await status())?.product).to.include({ name: "Other", revision: 1 });
    expect(await findsOf(status()), "known from now on").to.equal(0);
    await shop.close();
  });

  it("restores an inventory that was lost, until a day after its sale", async () => {
    const { shop, lose, pass, status } = await opened();
    await shop.buy("u");
    pass(26 * HOUR_MS - 1);
    lose();
    expect((await status())?.stock).to.include({ epoch: 2, available: 9, purchased: 1 });
    await shop.close();
  });

  it("is the ledger's word from then on, of an inventory that was let go and is not brought back", async () => {
    const { shop, lose, pass, status } = await opened();
    await shop.buy("u");
    pass(26 * HOUR_MS);
    lose();
    const { product, state, stock } = (await status()) ?? {};
    expect(state).to.equal("ended");
    expect(product?.committed).to.equal(1);
    expect(stock).to.deep.equal({
      ...{ totalQuantity: 10, priceMinor: 4_999, perUserLimit: 2, revision: 0, epoch: 1 },
      ...{ saleStartAtMs: START_MS, saleEndAtMs: START_MS + 2 * HOUR_MS, nowMs: START_MS + 26 * HOUR_MS },
      ...{ available: 9, held: 0, purchased: 1, buyersLoaded: false },
    });
    expect(await shop.ports.loading.lastEpoch(shop.productId)).to.equal(0);
    await shop.close();
  });
});
