import {
  InvalidRequest,
  StoreUnavailable,
  withholder,
  type FlashSalePorts,
  type ProductChange,
  type Reservation,
} from "@flash-sale/core";
import { expect } from "chai";
import { counts, hurried, openShop, type Shop } from "./shop.js";

const AWAY = () => Promise.reject(new StoreUnavailable("inventory", "none"));

describe("a change of a product that meets with others", () => {
  let shop: Shop;
  /** With a clock in a hurry, and nobody who keeps house. */
  const open = async (change: (ports: FlashSalePorts) => Partial<FlashSalePorts> = () => ({})) =>
    (shop = await openShop({ perUserLimit: 4 }, (ports) => {
      const products = { ...ports.products, live: async () => [], page: async () => [] };
      const own = { ...ports, products, clock: hurried(ports.clock) };
      return { ...own, ...change(own) };
    }));
  const change = (wish: ProductChange) => shop.sale.changeProduct(shop.productId, wish);
  const refusalOf = (wish: ProductChange) => change(wish).catch((fault: unknown) => fault);
  afterEach(() => shop.close());

  /** Units withheld by another process. `end`: its change is given up. */
  const withholdElsewhere = async (units: number) => {
    const { productId, ports } = shop;
    const answer = await ports.inventoryChanges.withhold({
      ...{ productId, epoch: 1, revision: 0, changeId: ports.ids.next(), units },
    });
    if (answer.kind !== "withheld") throw new Error(answer.kind);
    const { reservation } = answer;
    return { end: () => ports.admission.release(productId, 1, [reservation]) };
  };

  describe("that has units withheld", () => {
    let another: { end: () => Promise<unknown> } | null = null;
    let looks = 0;

    /** Four units sold, four withheld elsewhere until somebody has looked, two left. */
    beforeEach(async () => {
      looks = 0;
      await open(({ inventory }) => ({
        inventory: {
          ...inventory,
          audit: async (...args) => {
            const found = await inventory.audit(...args);
            looks += 1;
            await another?.end();
            return found;
          },
        },
      }));
      await shop.buy("u", { quantity: 4 });
      another = await withholdElsewhere(4);
    });

    for (const totalQuantity of [6, 4])
      it(`waits for what becomes of it: a total of ${totalQuantity} is made once the units are back`, async () => {
        expect(await change({ totalQuantity })).to.have.property("kind", "changed");
        expect(await counts(shop)).to.include({ total: totalQuantity, available: totalQuantity - 4, held: 0 });
      });

    it("does not wait where the total is too low whatever becomes of it", async () => {
      expect(await change({ totalQuantity: 3 })).to.deep.equal({ kind: "total-too-low", smallest: 4 });
      expect(looks).to.equal(1);
    });
  });

  it("is made after one that another process left half way: the inventory follows that first", async () => {
    await open();
    await shop.ports.changes.change(shop.productId, shop.ports.ids.next(), { totalQuantity: 12 }, null);
    expect(await change({ totalQuantity: 6 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 6, held: 0, purchased: 0, revision: 2 });
  });

  it("waits for its turn in this process, also behind one that was waiting itself", async () => {
    let underWay = 0;
    let most = 0;
    await open(({ changes }) => ({
      changes: {
        ...changes,
        change: async (...args) => {
          most = Math.max(most, (underWay += 1));
          await new Promise((resume) => setImmediate(resume));
          underWay -= 1;
          return changes.change(...args);
        },
      },
    }));
    const first = change({ name: "First" });
    const second = change({ name: "Second" });
    // Asked once the first has ended, while the second is under way.
    await first;
    const outcomes = await Promise.all([first, second, change({ name: "Third" })]);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["changed", "changed", "changed"]);
    expect(most).to.equal(1);
    expect((await shop.ports.products.find(shop.productId))?.name).to.equal("Third");
  });

  it("needs nothing withheld unless it lowers the total", async () => {
    await open(({ inventoryChanges }) => ({ inventoryChanges: { ...inventoryChanges, withhold: AWAY } }));
    for (const wish of [{ name: "Other" }, { price: 1 }, { totalQuantity: 10 }, { totalQuantity: 12 }])
      expect(await change(wish)).to.have.property("kind", "changed");
    expect(await refusalOf({ totalQuantity: 11 })).to.be.instanceOf(StoreUnavailable);
  });

  it("counts again where the inventory went away while it counted what is sold and held", async () => {
    let audits = 0;
    await open(({ inventory }) => ({
      inventory: {
        ...inventory,
        audit: async (...args) => ((audits += 1) === 1 ? null : inventory.audit(...args)),
      },
    }));
    await shop.buy("u", { quantity: 4 });
    expect(await change({ totalQuantity: 3 })).to.deep.equal({ kind: "total-too-low", smallest: 4 });
    expect(audits).to.equal(2);
  });

  it("is refused by the ledger where the inventory believes that less is sold, and gives its units back", async () => {
    await open(({ changes }) => ({
      changes: { ...changes, change: async () => ({ kind: "total-too-low", committed: 7 }) },
    }));
    expect(await change({ totalQuantity: 6 })).to.deep.equal({ kind: "total-too-low", smallest: 7 });
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("is of no product where the ledger has none, before or after", async () => {
    let gone = false;
    await open(({ changes, products }) => ({
      products: { ...products, find: async (id) => (gone ? null : products.find(id)) },
      changes: {
        ...changes,
        change: async (productId, id, edit, withheld) => {
          if (edit.name === "nowhere") return null;
          gone = true;
          return changes.change(productId, id, edit, withheld);
        },
      },
    }));
    for (const name of ["nowhere", "soon gone"])
      expect(await change({ name })).to.deep.equal({ kind: "unknown-product" });
  });

  it("says that the hot store could not be brought to it where others are always first, and that nothing was done", async () => {
    await open(({ changes }) => ({ changes: { ...changes, change: async () => ({ kind: "moved" }) } }));
    const fault = await refusalOf({ totalQuantity: 6 });
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "none" });
  });

  it("is refused by its only try without a void: none of it can still be on its way", async () => {
    const voided: Reservation[] = [];
    await open(({ changes, orders }) => ({
      changes: { ...changes, change: async () => ({ kind: "no-window" }) },
      orders: { ...orders, void: (id, all) => (voided.push(...all), orders.void(id, all)) },
    }));
    const fault = await refusalOf({ name: "Other" });
    expect(fault).to.be.instanceOf(InvalidRequest);
    expect(fault).to.include({ field: "saleEndAt", message: "saleEndAt must be after saleStartAt" });
    expect(voided).to.deep.equal([]);
  });

  it("is voided after several tries by a row as whole as that of withheld units", async () => {
    const voided: Reservation[] = [];
    let tries = 0;
    await open(({ changes, orders }) => ({
      changes: {
        ...changes,
        change: async () => {
          if ((tries += 1) === 1) throw new StoreUnavailable("orders", "unknown");
          return { kind: "no-window" };
        },
      },
      orders: { ...orders, void: (id, all) => (voided.push(...all), orders.void(id, all)) },
    }));
    for (const wish of [{ name: "Other" }, { totalQuantity: 6 }]) {
      tries = 0;
      expect(await refusalOf(wish)).to.be.instanceOf(InvalidRequest);
    }
    const [bare, withheld] = voided;
    expect(bare).to.have.all.keys(withheld ?? {});
    expect(bare).to.include({
      userId: withholder(bare?.id ?? ""),
      fingerprint: withheld?.fingerprint,
      priceMinor: 4_999,
    });
    expect(bare?.admittedAtMs).to.be.a("number");
  });

  it("says what could be changed where nothing is", async () => {
    await open();
    const sentence =
      "body must change something: name, description, price, totalQuantity, perUserLimit, saleStartAt or saleEndAt";
    expect(await refusalOf({})).to.have.property("message", sentence);
  });
});
