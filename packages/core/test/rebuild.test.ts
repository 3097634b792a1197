import { createFlashSale, lockThenHold, type FlashSalePorts, type RebuildReport } from "@flash-sale/core";
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
async function rebuildsAfterOneLoss(rebuild: Rebuild): Promise<number> {
  const { ports, lose } = slowStores();
  const sale = createFlashSale({ ...ports, products: { ...ports.products, live: async () => [] } });
  const { id, epoch } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 10 });
  lose();
  await Promise.all(Array.from({ length: 8 }, () => rebuild(ports, id)));
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
});
