import { draftOf, givenProduct, PRODUCT, productOf } from "#src/contract/given.js";
import { createObserver } from "#src/simulation/observer.js";
import { createMemoryDatabase, createMemoryInventory, createMemoryLocks } from "@flash-sale/core/memory";
import { expect } from "chai";

const SALE = productOf({ totalQuantity: 5 });

/** The stores of one sale of five units, as the observer sees them; its clock shows 0 until it is set. */
async function opened() {
  let nowMs = 0;
  const clock = { now: () => SALE.saleStartAtMs, sleep: () => new Promise<void>(() => undefined) };
  const database = createMemoryDatabase({ clock });
  await givenProduct(database, SALE);
  const { inventory, loading, inventoryChanges, stocks } = createMemoryInventory({ clock, lockTtlMs: 1_000 });
  const observer = createObserver({ nowMs: () => nowMs, database });
  const locks = createMemoryLocks({ clock });
  const stores = observer.watch({ ...database, inventory, loading, inventoryChanges, locks });

  /** As a rebuild does it. The next call shows that it is in force. */
  async function putInService(epoch: number): Promise<void> {
    await database.orders.withLedger(PRODUCT, async (ledger) => {
      await stores.loading.load(PRODUCT, epoch, SALE, ledger.committed);
      await stores.loading.finishTeaching(PRODUCT, epoch);
      await ledger.moveEpoch(epoch);
    });
    await stores.inventory.confirm(PRODUCT, epoch, []);
  }
  await putInService(2);
  return {
    observer,
    database,
    putInService,
    at: (ms: number) => void (nowMs = ms),
    hold: async (quantity: number) => {
      const { id: reservationId, userId } = draftOf(1);
      const epoch = database.inspect(PRODUCT)?.ledger.epoch ?? 0;
      const request = { productId: PRODUCT, epoch, reservationId, userId, quantity };
      return stores.inventory.hold({ ...request, fingerprint: "1", expectedPriceMinor: null }, "granted");
    },
    /** The inventory as it was before anybody came. */
    goBack: () => {
      stocks.ofProduct.get(PRODUCT)?.holds.clear();
      observer.distrust(PRODUCT);
    },
    takenAt: (ms: number) =>
      observer.seen.taken.flatMap(({ units, fromMs, untilMs }) => (fromMs <= ms && untilMs > ms ? [units] : [])),
  };
}

describe("the observer of a simulated sale", () => {
  it("sees the units of a hold until another inventory takes its place", async () => {
    const { at, hold, putInService, takenAt } = await opened();
    at(10);
    expect((await hold(2)).kind).to.equal("held");
    at(20);
    await putInService(3);
    expect((await hold(1)).kind).to.equal("held");
    expect([takenAt(15), takenAt(25)]).to.deep.equal([[2], [1]]);
  });

  it("goes by the units that an order was made of, not by those that its id had held in a state that is forgotten", async () => {
    const { at, database, goBack, hold, observer, putInService, takenAt } = await opened();
    at(10);
    expect((await hold(1)).kind).to.equal("held");
    goBack();
    expect((await hold(2)).kind).to.equal("held");
    await database.orders.commit(PRODUCT, 2, [draftOf(1, { epoch: 2, quantity: 2 })]);
    at(20);
    await putInService(3);
    expect(takenAt(25)).to.deep.equal([2]);
    expect(observer.seen.unreliable).to.deep.equal([{ productId: PRODUCT, fromMs: 10, untilMs: 20 }]);
  });
});
