import { draftOf, givenProduct, OTHER_PRODUCT, PRODUCT, productOf } from "#src/contract/given.js";
import { rebuild } from "#src/use-cases/rebuild.js";
import {
  createFlashSale,
  lockThenHold,
  StoreUnavailable,
  type Announcement,
  type FlashSalePorts,
  type RebuildReport,
} from "@flash-sale/core";
import { createMemoryAdapters, createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";

type Rebuild = (ports: FlashSalePorts, productId: string) => Promise<RebuildReport | null>;

/** Stores that take a moment to answer, so that processes overlap. */
function slowStores() {
  const memory = createMemoryAdapters();
  const { inventory, loading, lose } = createMemoryInventory({ clock: systemClock, lockTtlMs: 10_000 });
  const slowly =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      await systemClock.sleep(1);
      const answer = await call(...args);
      await systemClock.sleep(1);
      return answer;
    };
  const ports: FlashSalePorts = {
    ...memory,
    admission: lockThenHold(memory.locks, inventory, { lockTtlMs: 10_000 }),
    inventory: { ...inventory, status: slowly(inventory.status) },
    loading: { ...loading, load: slowly(loading.load), lastEpoch: slowly(loading.lastEpoch) },
  };
  return { ports, lose };
}

/** What the epoch has risen by after eight processes noticed one loss at once. */
async function rebuildsAfterOneLoss(noticed: Rebuild): Promise<number> {
  const { ports, lose } = slowStores();
  const sale = createFlashSale({ ...ports, products: { ...ports.products, live: async () => [] } });
  const { id, epoch } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 10 });
  lose();
  await Promise.all(Array.from({ length: 8 }, () => noticed(ports, id)));
  await sale.close();
  return ((await ports.products.find(id))?.epoch ?? 0) - epoch;
}

describe("a rebuild", () => {
  it("happens once for one loss that eight processes notice at once", async () => {
    // A process each: a FlashSale of its own over the same stores.
    const rebuilds = await rebuildsAfterOneLoss(async (ports, productId) => {
      const process = createFlashSale(ports);
      await process.saleStatus(productId);
      await process.close();
      return null;
    });
    expect(rebuilds).to.equal(1);
  });

  it("negative control: with the load after the ledger's commit, eight processes rebuild more than once", async () => {
    const rebuilds = await rebuildsAfterOneLoss(async ({ orders, inventory, loading }, productId) => {
      const decided = await orders.withLedger(productId, async (ledger) => {
        if ((await inventory.status(productId, ledger.epoch)) !== null) return null;
        const epoch = Math.max(ledger.epoch, await loading.lastEpoch(productId)) + 1;
        await ledger.moveEpoch(epoch);
        return { epoch, terms: { ...ledger.product, totalQuantity: ledger.total }, committed: ledger.committed };
      });
      if (decided) await loading.load(productId, decided.epoch, decided.terms, decided.committed);
      return null;
    });
    expect(rebuilds).to.be.greaterThan(1);
  });

  it("leaves the inventory ahead, and refuses commits, where the ledger's commit failed; the next one mends it", async () => {
    const { ports } = slowStores();
    const sale = createFlashSale(ports);
    const { id } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 2 });
    const broken = createFlashSale({
      ...ports,
      orders: {
        ...ports.orders,
        withLedger: (productId, work) =>
          ports.orders.withLedger(productId, async (ledger) => {
            await work(ledger);
            throw new Error("connection lost before COMMIT");
          }),
      },
    });
    await broken.rebuild(id).catch(() => null);
    expect([(await ports.products.find(id))?.epoch, await ports.loading.lastEpoch(id)]).to.deep.equal([1, 2]);
    expect(await sale.purchase({ productId: id, userId: "u" })).to.have.property("kind", "purchased");
    expect([(await ports.products.find(id))?.epoch, await ports.loading.lastEpoch(id)]).to.deep.equal([3, 3]);
    await Promise.all([sale.close(), broken.close()]);
  });

  /** A product in service at epoch 1, whose inventory knows neither of its order nor of its change, and what is announced. */
  async function opened(change: (ports: FlashSalePorts) => Partial<FlashSalePorts> = () => ({})) {
    const memory = createMemoryAdapters();
    const product = await givenProduct(memory, { totalQuantity: 9 });
    await memory.loading.load(PRODUCT, 1, product, 0);
    await memory.orders.commit(PRODUCT, 1, [draftOf(1)]);
    await memory.changes.change(PRODUCT, memory.ids.next(), { totalQuantity: 10, priceMinor: 7 }, null);
    const ports = { ...memory, ...change(memory) };
    const announced: Announcement[] = [];
    const run = rebuild({ ...ports, announce: (announcement) => announced.push(announcement) });
    return { ...ports, run, announced, status: (epoch: number) => memory.inventory.status(PRODUCT, epoch) };
  }

  it("leaves a whole inventory alone, and says of which life it is", async () => {
    const { run, announced, status } = await opened();
    for (const distrusted of [undefined, 0, 2])
      expect(await run(PRODUCT, distrusted)).to.deep.equal({ epoch: 1, rebuilt: false });
    expect(await status(1)).not.to.equal(null);
    expect(announced).to.deep.equal([]);
  });

  it("takes the ledger's word on everything where it distrusts the life that is there, and tells everybody", async () => {
    const { run, announced, products, status } = await opened();
    expect(await run(PRODUCT, 1)).to.deep.equal({ epoch: 2, rebuilt: true });
    const { perUserLimit, saleStartAtMs, saleEndAtMs } = productOf();
    expect(await status(2)).to.deep.include({
      ...{ totalQuantity: 10, priceMinor: 7, perUserLimit, saleStartAtMs, saleEndAtMs, revision: 1 },
      ...{ epoch: 2, available: 9, held: 0, purchased: 1, buyersLoaded: false },
    });
    expect((await products.find(PRODUCT))?.epoch).to.equal(2);
    expect(announced).to.deep.equal([{ kind: "epoch-moved", productId: PRODUCT, epoch: 2 }]);
  });

  it("knows every buyer from the first life of an inventory on: there are none", async () => {
    const memory = createMemoryAdapters();
    await memory.products.create([productOf()]);
    const run = rebuild({ ...memory, announce: () => undefined });
    expect(await run(PRODUCT)).to.deep.equal({ epoch: 1, rebuilt: true });
    expect(await memory.inventory.status(PRODUCT, 1)).to.include({ buyersLoaded: true });
  });

  it("goes past an inventory that is ahead of the ledger, however far", async () => {
    const { run, loading, products } = await opened();
    await loading.load(PRODUCT, 7, productOf(), 0);
    expect(await run(PRODUCT)).to.deep.equal({ epoch: 8, rebuilt: true });
    expect((await products.find(PRODUCT))?.epoch).to.equal(8);
  });

  it("leaves the ledger as it is where the inventory has gone ahead meanwhile, and says that nothing was done", async () => {
    const { run, announced, products } = await opened(({ loading }) => ({
      loading: { ...loading, load: async () => "refused" },
    }));
    const fault: unknown = await run(PRODUCT, 1).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "none" });
    expect((await products.find(PRODUCT))?.epoch).to.equal(1);
    expect(announced).to.deep.equal([]);
  });

  it("is of no product that is not there", async () => {
    const { run, announced } = await opened();
    expect(await run(OTHER_PRODUCT)).to.equal(null);
    expect(announced).to.deep.equal([]);
  });
});
