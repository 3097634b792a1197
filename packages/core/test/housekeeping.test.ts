import { createFlashSale, type Clock, type FlashSalePorts } from "@flash-sale/core";
import { createMemoryAdapters, createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";
import { eventually, openShop, told } from "./shop.js";

describe("housekeeping", () => {
  it("restores an inventory that was lost while nobody bought, and loads its buyers", async () => {
    const memory = createMemoryAdapters();
    const { inventory, loading, lose } = createMemoryInventory({ clock: systemClock, lockTtlMs: 10_000 });
    const sale = createFlashSale({ ...memory, inventory, loading });
    const { id } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 2 });
    lose();
    await eventually(
      async () => (await inventory.status(id, 2))?.buyersLoaded === true,
      "a new inventory, with all buyers",
    );
    await sale.close();
  });

  it("restores one whose sale has ended by this process' clock, an hour ahead, and goes on by the hot store's", async () => {
    const memory = createMemoryAdapters();
    const { inventory, loading, lose } = createMemoryInventory({ clock: systemClock, lockTtlMs: 10_000 });
    const clock = { ...systemClock, now: () => systemClock.now() + 3_600_000 };
    const sale = createFlashSale({ ...memory, inventory, loading, clock });
    const times = { saleStartAtMs: Date.now(), saleEndAtMs: Date.now() + 1_800_000 };
    const { id } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 2, ...times });
    lose();
    await eventually(async () => (await inventory.status(id, 2)) !== null, "a new inventory");
    await sale.close();
  });

  it("ends holds past their deadline by itself", async () => {
    const shop = await openShop({ totalQuantity: 1 });
    const { ports, productId } = shop;
    const request = { productId, epoch: 1, userId: "gone", quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    await ports.admission.admit({ ...request, reservationId: ports.ids.next() });
    expect(told(await shop.buy("u"))).to.equal("sold-out");
    shop.pass(10_000);
    await eventually(async () => told(await shop.buy("u")) === "purchased", "the unit came back");
    await shop.close();
  });

  it("projects sold units, so that a catalogue's reader sees them", async () => {
    const shop = await openShop();
    await shop.buy("u");
    await eventually(
      async () => (await shop.ports.products.projectSold()) === 0,
      "sold_quantity is what the ledger says",
    );
    await shop.close();
  });

  it("is led by one process at a time, and goes on when the leader closes", async () => {
    const memory = createMemoryAdapters();
    let rounds = 0;
    const counted: FlashSalePorts = {
      ...memory,
      products: { ...memory.products, live: async () => ((rounds += 1), []) },
    };
    const leader = createFlashSale(memory);
    await leader.createProduct({ name: "Console", price: 1, totalQuantity: 1 });
    // The first round of a process that started before there was a product has nothing to lead.
    await new Promise((resume) => setTimeout(resume, 600));
    const follower = createFlashSale(counted);
    await new Promise((resume) => setTimeout(resume, 700));
    expect(rounds).to.equal(0);
    await leader.close();
    await eventually(async () => rounds > 0, "the follower leads");
    await follower.close();
  });

  it("ends the holds that a dead leader left within 2 s of their deadline", async () => {
    const { clock, pass } = turnedClock();
    const memory = createMemoryAdapters({ clock });
    let died = false;
    // Nor does a dead process wake up from the sleep that it died in.
    const untilDeath = (ms: number) =>
      clock.sleep(ms).then(() => (died ? new Promise<void>(() => undefined) : undefined));
    const leader = createFlashSale({ ...memory, clock: { ...clock, sleep: untilDeath } });
    const { id } = await leader.createProduct({ name: "Console", price: 1, totalQuantity: 1 });
    // Just behind the leader's round: the last one before the deadline keeps the lead, and finds nothing to end.
    await pass(510);
    const followers = [createFlashSale(memory), createFlashSale(memory)];
    const request = { productId: id, epoch: 1, quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    const held = await memory.admission.admit({ ...request, userId: "gone", reservationId: memory.ids.next() });
    if (held.kind !== "held") throw new Error(held.kind);
    await pass(held.reservation.deadlineMs - clock.now());
    died = true;
    expect((await memory.inventory.status(id, 1))?.held).to.equal(1);
    await pass(2_000);
    expect((await memory.inventory.status(id, 1))?.available).to.equal(1);
    await Promise.all(followers.map((sale) => sale.close()));
  });

  it("ends all holds past their deadline at once, however many a process left", async () => {
    const shop = await openShop({ totalQuantity: 1_201 });
    const { ports, productId } = shop;
    const request = { productId, epoch: 1, quantity: 1, fingerprint: "1", expectedPriceMinor: null };
    for (let buyer = 0; buyer < 1_201; buyer += 1)
      await ports.admission.admit({ ...request, userId: String(buyer), reservationId: ports.ids.next() });
    shop.pass(10_000);
    await shop.sale.reap(productId);
    expect((await ports.inventory.status(productId, 1))?.available).to.equal(1_201);
    await shop.close();
  });

  it("is led in each of two installations that share one hot store", async () => {
    const one = createMemoryAdapters();
    const { products, orders, orderPages, changes } = createMemoryAdapters();
    const other: FlashSalePorts = { ...one, products, orders, orderPages, changes };
    const sales = [createFlashSale(one), createFlashSale(other)];
    for (const sale of sales) {
      const { id: productId } = await sale.createProduct({ name: "Console", price: 1, totalQuantity: 1 });
      await sale.purchase({ productId, userId: "u" });
    }
    for (const { products } of [one, other])
      await eventually(async () => (await products.newest())?.soldQuantity === 1, "both project what they sold");
    await Promise.all(sales.map((sale) => sale.close()));
  });

  it("projects the last purchases when it ends: nobody else would", async () => {
    const shop = await openShop();
    await eventually(async () => (await shop.ports.products.projectSold()) === 0, "nothing is behind");
    await new Promise((resume) => setTimeout(resume, 600));
    await shop.buy("u");
    await shop.close();
    expect((await shop.ports.products.find(shop.productId))?.soldQuantity).to.equal(1);
  });

  it("tells of faults and goes on", async () => {
    const faults: string[] = [];
    let away = true;
    const shop = await openShop({}, ({ products }) => ({
      onFault: (doing) => faults.push(doing),
      products: { ...products, live: (...args) => (away ? Promise.reject(new Error("away")) : products.live(...args)) },
    }));
    await eventually(async () => faults.length > 0, "the fault was told");
    expect(faults[0]).to.equal("housekeeping");
    away = false;
    await shop.close();
  });
});

/** A clock that a test turns, and that wakes who sleeps. */
function turnedClock() {
  let nowMs = 1_000_000;
  const sleepers = new Map<() => void, number>();
  const clock: Clock = {
    now: () => nowMs,
    sleep: (ms) => new Promise((resume) => void sleepers.set(resume, nowMs + ms)),
  };
  async function pass(ms: number): Promise<void> {
    for (const untilMs = nowMs + ms; nowMs < untilMs; nowMs += 10) {
      for (const [resume, atMs] of sleepers) {
        if (atMs > nowMs) continue;
        sleepers.delete(resume);
        resume();
      }
      await new Promise((resume) => setImmediate(resume));
    }
  }
  return { clock, pass };
}
