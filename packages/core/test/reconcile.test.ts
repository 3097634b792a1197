import { createFlashSale, type InventoryStatus } from "@flash-sale/core";
import { expect } from "chai";
import { counts, hurried, openShop, orderOf, told } from "./shop.js";

describe("reconcile", () => {
  it("finds nothing on a live sale, whatever its purchases are doing", async () => {
    const shop = await openShop({ totalQuantity: 1_000 });
    const buying = Array.from({ length: 500 }, (_, n) => shop.buy(`u${n}`));
    const reports = await Promise.all(Array.from({ length: 20 }, () => shop.sale.reconcile(shop.productId)));
    await Promise.all(buying);
    for (const report of reports) expect(report?.drift).to.deep.equal([]);
    await shop.close();
  });

  const broken: [string, (status: InventoryStatus) => Partial<InventoryStatus>, string[]][] = [
    ["units that vanished from stock", ({ available }) => ({ available: available - 1 }), ["stock"]],
    ["units held by nobody", ({ held, available }) => ({ held: held + 1, available: available - 1 }), ["held"]],
    [
      "purchases without an order",
      ({ purchased, available }) => ({ purchased: purchased + 1, available: available - 1 }),
      ["purchased"],
    ],
    [
      "another total",
      ({ totalQuantity, available }) => ({ totalQuantity: totalQuantity + 1, available: available + 1 }),
      ["total"],
    ],
  ];
  for (const [what, damage, kinds] of broken) {
    it(`finds ${what}, and mends it only when asked`, async () => {
      let damaged = true;
      const shop = await openShop({}, ({ inventory }) => ({
        inventory: {
          ...inventory,
          // Damaged in its first life only: a rebuild puts a sound one in its place.
          audit: async (...args) => {
            const found = await inventory.audit(...args);
            return (
              found && {
                ...found,
                status: { ...found.status, ...(damaged && args[1] === 1 ? damage(found.status) : {}) },
              }
            );
          },
        },
      }));
      await shop.buy("u");
      for (const options of [undefined, {}]) {
        const report = await shop.sale.reconcile(shop.productId, options);
        expect(report?.drift.map(({ kind }) => kind)).to.deep.equal(kinds);
        expect(report?.fixed).to.equal(false);
      }
      expect(await shop.sale.reconcile(shop.productId, { fix: true })).to.have.property("fixed", true);
      expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
      damaged = false;
      expect(told(await shop.buy("v"))).to.equal("purchased");
      await shop.close();
    });
  }

  it("calls an inventory that is not in service drift, and puts one in service", async () => {
    // Two days ahead, so that housekeeping leaves it alone.
    const shop = await openShop({ saleStartAtMs: Date.now() + 48 * 3_600_000 }, ({ loading }) => {
      let loads = 0;
      // The first load is lost.
      return {
        loading: { ...loading, load: async (...args) => ((loads += 1) === 1 ? "loaded" : loading.load(...args)) },
      };
    });
    const report = await shop.sale.reconcile(shop.productId, { fix: true });
    expect(report?.drift).to.deep.equal([{ kind: "missing-inventory" }]);
    expect(report).to.include({ fixed: true, available: null, held: null, purchased: null });
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("misses no inventory of a sale that has ended", async () => {
    const shop = await openShop({}, ({ inventory }) => ({ inventory: { ...inventory, audit: async () => null } }));
    shop.pass(3 * 3_600_000);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("finds nothing in 100 runs while a crowd buys, cancels, and changes go on, and an inventory is rebuilt", async function () {
    this.timeout(60_000);
    const shop = await openShop({ totalQuantity: 500, perUserLimit: 2 });
    const other = createFlashSale(shop.ports);
    let stopped = false;
    const turn = () => new Promise((resume) => setImmediate(resume));
    const crowd = Array.from({ length: 20 }, async (_, place) => {
      for (let n = 0; !stopped; n += 1) {
        const outcome = await (n % 2 === 0 ? shop.sale : other).purchase({
          productId: shop.productId,
          userId: `u${place}-${n % 40}`,
        });
        if (outcome.kind === "purchased" && n % 4 !== 0)
          await (n % 3 === 0 ? shop.sale : other).cancelOrder(outcome.order.id);
        await turn();
      }
    });
    const operator = async () => {
      for (let n = 0; !stopped; n += 1) {
        await shop.sale.changeProduct(shop.productId, { totalQuantity: 500 + (n % 7) * 10 });
        if (n % 50 === 49) await other.rebuild(shop.productId);
        await turn();
      }
    };
    const changing = operator();
    const found: unknown[] = [];
    for (let run = 0; run < 100; run += 1) {
      const report = await (run % 2 === 0 ? shop.sale : other).reconcile(shop.productId);
      found.push(...(report?.drift ?? []));
    }
    stopped = true;
    await Promise.all([...crowd, changing]);
    expect(found).to.deep.equal([]);
    expect((await shop.ports.products.find(shop.productId))?.revision).to.be.greaterThan(100);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await other.close();
    await shop.close();
  });

  it("finds a projection that nobody brings up to date, and does", async () => {
    let stuck = true;
    const shop = await openShop({}, ({ products, clock }) => ({
      clock: hurried(clock),
      products: { ...products, projectSold: async () => (stuck ? 0 : products.projectSold()) },
    }));
    await shop.buy("u");
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([
      { kind: "sold-quantity", expected: 1, found: 0 },
    ]);
    stuck = false;
    const soldQuantity = async () => (await shop.ports.products.find(shop.productId))?.soldQuantity;
    await shop.sale.reconcile(shop.productId, { fix: true });
    expect(await soldQuantity()).to.equal(1);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("waits for a projection that is late", async () => {
    const shop = await openShop();
    await shop.buy("u");
    expect((await shop.ports.products.find(shop.productId))?.soldQuantity).to.equal(0);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    expect((await shop.ports.products.find(shop.productId))?.soldQuantity).to.equal(1);
    await shop.close();
  });

  it("does not lose patience where the clock is set an hour ahead", async () => {
    const shop = await openShop();
    await shop.buy("u");
    const report = shop.sale.reconcile(shop.productId);
    setTimeout(() => shop.pass(3_600_000), 50);
    expect((await report)?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("finds changes that the inventory does not follow, and follows them without a new life", async () => {
    let stuck = true;
    const shop = await openShop({}, ({ inventoryChanges, clock, products }) => ({
      clock: hurried(clock),
      // Nobody keeps house.
      products: { ...products, page: async () => [] },
      inventoryChanges: {
        ...inventoryChanges,
        apply: async (...args) => (stuck ? { kind: "applied-before" } : inventoryChanges.apply(...args)),
      },
    }));
    const order = orderOf(await shop.buy("u"));
    await shop.buy("v");
    await shop.sale.cancelOrder(order.id);
    await shop.ports.products.projectSold();
    // The cancelled order is still purchased there: late, and no other drift than that.
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([
      { kind: "revision", expected: 1, found: 0 },
    ]);
    stuck = false;
    await shop.sale.reconcile(shop.productId, { fix: true });
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 9, held: 0, purchased: 1, revision: 1 });
    expect((await shop.ports.products.find(shop.productId))?.epoch).to.equal(1);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("sees what else is wrong with an inventory that has not followed yet", async () => {
    const shop = await openShop({}, ({ inventory, inventoryChanges, clock }) => ({
      clock: hurried(clock),
      inventoryChanges: { ...inventoryChanges, apply: async () => ({ kind: "applied-before" }) },
      inventory: {
        ...inventory,
        audit: async (...args) => {
          const found = await inventory.audit(...args);
          return (
            found && {
              ...found,
              status: { ...found.status, purchased: found.status.purchased + 1, available: found.status.available - 1 },
            }
          );
        },
      },
    }));
    const order = orderOf(await shop.buy("u"));
    await shop.sale.cancelOrder(order.id);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([
      { kind: "purchased", expected: 1, found: 2 },
      { kind: "revision", expected: 1, found: 0 },
    ]);
    await shop.close();
  });

  it("finds an inventory that knows of changes the ledger has never heard of, and puts another in its place", async () => {
    const shop = await openShop();
    const { productId, ports } = shop;
    const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } =
      (await ports.products.find(productId)) ?? expect.fail("no product");
    const terms = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
    await ports.inventoryChanges.apply(1, { kind: "terms", id: ports.ids.next(), productId, revision: 1, terms });
    const report = await shop.sale.reconcile(productId, { fix: true });
    expect(report?.drift).to.deep.equal([{ kind: "revision", expected: 0, found: 1 }]);
    expect(await counts(shop)).to.include({ total: 10, available: 10, revision: 0 });
    expect((await shop.sale.reconcile(productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("finds buyers of whom the inventory does not know what they bought, and makes all of them known", async () => {
    let loads = 0;
    const shop = await openShop({ perUserLimit: 3 }, ({ loading, products }) => ({
      products: { ...products, live: async () => [] },
      loading: {
        ...loading,
        // In its second life it takes all buyers for known, and forgets what it was taught of one.
        load: async (...args) => {
          const answer = await loading.load(...args);
          if ((loads += 1) !== 2) return answer;
          await loading.teach(args[0], args[1], args[2].revision, [
            { userId: "a", orders: [] },
            { userId: "b", orders: [{ id: kept.id, units: 1 }] },
          ]);
          await loading.finishTeaching(args[0], args[1]);
          return answer;
        },
      },
    }));
    await shop.buy("a", { quantity: 2 });
    const kept = orderOf(await shop.buy("b"));
    await shop.buy("c", { quantity: 3 });
    await shop.sale.rebuild(shop.productId);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([
      { kind: "buyer", userId: "a", expected: 2, found: 0 },
      { kind: "buyer", userId: "c", expected: 3, found: null },
    ]);
    expect(await shop.sale.reconcile(shop.productId, { fix: true })).to.have.property("fixed", true);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    expect(told(await shop.buy("a", { quantity: 2 }))).to.equal("limit-reached");
    await shop.close();
  });

  it("finds a buyer whom the orders do not know at all, who is refused for them, and forgets what they never bought", async () => {
    let loads = 0;
    const shop = await openShop({}, ({ loading, products, ids }) => ({
      products: { ...products, live: async () => [] },
      loading: {
        ...loading,
        // In its second life it believes that a stranger bought.
        load: async (...args) => {
          const answer = await loading.load(...args);
          if ((loads += 1) !== 2) return answer;
          await loading.teach(args[0], args[1], args[2].revision, [
            { userId: "b", orders: [{ id: bought.id, units: 1 }] },
            { userId: "looked", orders: [] },
            { userId: "stranger", orders: [{ id: ids.next(), units: 1 }] },
          ]);
          await loading.finishTeaching(args[0], args[1]);
          return answer;
        },
      },
    }));
    const bought = orderOf(await shop.buy("b"));
    await shop.sale.rebuild(shop.productId);
    expect(told(await shop.buy("stranger"))).to.equal("limit-reached");
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([
      { kind: "buyer", userId: "stranger", expected: 0, found: 1 },
    ]);
    expect(await shop.sale.reconcile(shop.productId, { fix: true })).to.have.property("fixed", true);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    expect(told(await shop.buy("stranger"))).to.equal("purchased");
    await shop.close();
  });

  it("takes no buyer for lost whose order is still held, or cancelled and not followed yet", async () => {
    const shop = await openShop({}, ({ admission, inventoryChanges, clock }) => ({
      clock: hurried(clock),
      admission: {
        ...admission,
        confirm: (...args) => (args[2][0]?.userId === "held" ? Promise.resolve() : admission.confirm(...args)),
      },
      inventoryChanges: { ...inventoryChanges, apply: async () => ({ kind: "applied-before" }) },
    }));
    await shop.buy("held");
    const order = orderOf(await shop.buy("cancelled"));
    await shop.ports.changes.cancel(order.id);
    const kinds = (await shop.sale.reconcile(shop.productId))?.drift.map(({ kind }) => kind);
    expect(kinds).to.deep.equal(["revision"]);
    await shop.close();
  });

  it("finds nothing wrong with an inventory that follows, though it is behind whenever one looks", async () => {
    let price = 1;
    const shop = await openShop({}, ({ orders, changes, inventoryChanges, ids, clock }) => ({
      clock: hurried(clock),
      orders: {
        ...orders,
        withLedger: async (productId, work) => {
          for (const change of await changes.after(productId, 0, 1_000)) await inventoryChanges.apply(1, change);
          await changes.change(productId, ids.next(), { priceMinor: (price += 1) }, null);
          return orders.withLedger(productId, work);
        },
      },
    }));
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await shop.close();
  });

  it("takes no buyer for lost who goes on buying while one looks", async () => {
    let asked = 0;
    const shop = await openShop({ perUserLimit: 10 }, ({ inventory, loading }) => ({
      loading: {
        ...loading,
        knownBuyers: async (...args) => {
          const known = await loading.knownBuyers(...args);
          await shop.buy("u");
          return known;
        },
      },
      inventory: {
        ...inventory,
        buyers: async (...args) => {
          asked += 1;
          // After the page of orders was read, and again while the buyer is looked at alone.
          await shop.buy("u");
          const known = await inventory.buyers(...args);
          await shop.buy("u");
          return known;
        },
      },
    }));
    await shop.buy("u");
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    expect(asked).to.be.greaterThan(1);
    await shop.close();
  });

  it("takes no buyer for lost who bought in the next life, while a second master still has the one before", async () => {
    let isBehind = false;
    const shop = await openShop({}, ({ inventory, loading }) => ({
      loading: {
        ...loading,
        async knownBuyers(productId, ...args) {
          const known = await loading.knownBuyers(productId, ...args);
          if (!isBehind) {
            isBehind = true;
            await shop.sale.rebuild(productId);
            await shop.buy("v");
          }
          return known;
        },
      },
      inventory: {
        ...inventory,
        async status(productId, epoch) {
          if (!isBehind || epoch !== 1) return inventory.status(productId, epoch);
          const status = await inventory.status(productId, 2);
          return status && { ...status, buyersLoaded: true, epoch };
        },
        async buyers(productId, epoch, userIds) {
          return epoch === 1
            ? userIds.map(() => ({ orders: null, holds: null }))
            : inventory.buyers(productId, epoch, userIds);
        },
      },
    }));
    await shop.buy("u");
    expect(await shop.sale.reconcile(shop.productId)).to.deep.include({ epoch: 1, drift: [] });
    expect(isBehind).to.equal(true);
    await shop.close();
  });

  it("counts from when it looked, not from when a process that was stopped hears of it", async () => {
    let looks = 0;
    const shop = await openShop({}, ({ orders, products }) => ({
      // Nobody keeps house.
      products: { ...products, page: async () => [] },
      orders: {
        ...orders,
        withLedger: async (productId, work) => {
          const seen = await orders.withLedger(productId, work);
          if ((looks += 1) === 3) {
            shop.pass(60_000);
            await products.projectSold();
          }
          return seen;
        },
      },
    }));
    await shop.buy("u");
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    expect(looks).to.be.greaterThan(3);
    await shop.close();
  });
});
