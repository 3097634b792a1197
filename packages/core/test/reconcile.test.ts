import type { InventoryStatus } from "@flash-sale/core";
import { expect } from "chai";
import { openShop, told } from "./shop.js";

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
});
