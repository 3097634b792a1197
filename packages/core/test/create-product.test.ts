import { InvalidRequest, LIMITS, StoreUnavailable, type Ids, type NewProduct } from "@flash-sale/core";
import { expect } from "chai";
import { openShop } from "./shop.js";

describe("creating a product", () => {
  it("fills in what was left out, and its stock is live at once", async () => {
    const shop = await openShop({ name: "Console" });
    const status = await shop.sale.newestSale();
    expect(status?.product).to.include({
      id: shop.productId,
      currency: "USD",
      perUserLimit: 1,
      description: null,
      priceMinor: 4999,
    });
    expect(status).to.have.property("state", "active");
    expect(status?.stock.available).to.equal(10);
    const { saleStartAtMs = 0, saleEndAtMs = 0 } = status?.product ?? {};
    expect(saleEndAtMs - saleStartAtMs).to.equal(7_200_000);
    await shop.close();
  });

  it("names the field that is wrong, and creates nothing", async () => {
    const shop = await openShop();
    const wrong: [string, Partial<Record<keyof NewProduct, unknown>>][] = [
      ["name", { name: "" }],
      ["name", { name: "x".repeat(LIMITS.nameLength + 1) }],
      ["name", { name: "a\0b" }],
      ["description", { description: "x".repeat(LIMITS.descriptionLength + 1) }],
      ["price", { price: -1 }],
      ["price", { price: 1.234 }],
      ["price", { price: 1.5, currency: "JPY" }],
      ["currency", { currency: "usd" }],
      ["currency", { currency: "AUSD" }],
      ["currency", { currency: "USDA" }],
      ["totalQuantity", { totalQuantity: 0 }],
      ["totalQuantity", { totalQuantity: LIMITS.totalQuantity + 1 }],
      ["perUserLimit", { perUserLimit: 0 }],
      ["perUserLimit", { perUserLimit: LIMITS.perUserLimit + 1 }],
      ["perUserLimit", { perUserLimit: 1.5 }],
      ["saleEndAt", { saleStartAtMs: 2_000, saleEndAtMs: 2_000 }],
      ["saleStartAt", { saleStartAtMs: -1 }],
      ["saleEndAt", { saleEndAtMs: 253_402_300_800_000 }],
    ];
    for (const [field, facts] of wrong) {
      const product = { name: "Console", price: 1, totalQuantity: 1, ...facts } as NewProduct;
      const fault: unknown = await shop.sale.createProduct(product).catch((thrown: unknown) => thrown);
      expect(fault, JSON.stringify(facts)).to.be.instanceOf(InvalidRequest).with.property("field", field);
    }
    expect(await shop.ports.products.page(null, 10)).to.have.length(1);
    await shop.close();
  });

  it("says what a field must be", async () => {
    const shop = await openShop();
    const wrong: [string, Partial<NewProduct>][] = [
      ["currency must be an ISO 4217 code of three capitals, such as USD", { currency: "usd" }],
      ["saleStartAt must be a time from 1970 to 9999", { saleStartAtMs: -1 }],
      ["saleEndAt must be after saleStartAt", { saleStartAtMs: 2, saleEndAtMs: 1 }],
    ];
    for (const [sentence, facts] of wrong) {
      const wish = { name: "Console", price: 1, totalQuantity: 1, ...facts };
      const fault: unknown = await shop.sale.createProduct(wish).catch((thrown: unknown) => thrown);
      expect(fault).to.have.property("message", sentence);
    }
    await shop.close();
  });

  it("takes any time from the first instant of 1970 to the last of 9999", async () => {
    const times = { saleStartAtMs: 0, saleEndAtMs: Date.parse("9999-12-31T23:59:59.999Z") };
    const shop = await openShop(times);
    expect(await shop.ports.products.find(shop.productId)).to.include(times);
    await shop.close();
  });

  it("tells a fault of its ports as it is, and not as one of the input", async () => {
    const fault = new Error("no id is left");
    let left = true;
    const next = (ids: Ids) => {
      if (!left) throw fault;
      return ids.next();
    };
    const shop = await openShop({}, ({ ids }) => ({ ids: { ...ids, next: () => next(ids) } }));
    left = false;
    const wish = { name: "Console", price: 1, totalQuantity: 1 };
    expect(await shop.sale.createProduct(wish).catch((thrown: unknown) => thrown)).to.equal(fault);
    left = true;
    await shop.close();
  });

  it("creates nothing while the hot store is away: its maker would create it again", async () => {
    let away = false;
    const shop = await openShop({}, ({ loading }) => ({
      loading: {
        ...loading,
        lastEpoch: (id) => (away ? Promise.reject(new StoreUnavailable("inventory", "none")) : loading.lastEpoch(id)),
      },
    }));
    away = true;
    const wish = { name: "Console", price: 1, totalQuantity: 1 };
    const fault: unknown = await shop.sale.createProduct(wish).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).with.property("effect", "none");
    expect(await shop.ports.products.page(null, 10)).to.have.length(1);
    await shop.close();
  });

  it("creates many in one call, in their order, each with its stock live", async () => {
    const shop = await openShop();
    const wishes = Array.from({ length: 30 }, (_, n) => ({ name: `Product ${n}`, price: n, totalQuantity: n + 1 }));
    const created = await shop.sale.createProducts(wishes);
    expect(
      created.map(({ name, priceMinor, totalQuantity }) => ({ name, price: priceMinor / 100, totalQuantity })),
    ).to.deep.equal(wishes);
    for (const { id, epoch, totalQuantity } of created)
      expect(await shop.ports.inventory.status(id, epoch)).to.include({ available: totalQuantity, buyersLoaded: true });
    expect(await shop.sale.createProducts([])).to.deep.equal([]);
    await shop.close();
  });

  it("creates all or none: names which of many is wrong, and in which field", async () => {
    const shop = await openShop();
    const wishes = [0, 1, 2, 3].map((n) => ({ name: `Product ${n}`, price: 1, totalQuantity: n === 2 ? 0 : 1 }));
    const fault: unknown = await shop.sale.createProducts(wishes).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(InvalidRequest);
    expect(fault).to.deep.include({ field: "totalQuantity", details: { index: 2 } });
    expect(await shop.ports.products.page(null, 10)).to.have.length(1);
    await shop.close();
  });

  it("stands where the hot store fails in between: the first question about it loads its stock", async () => {
    let away = false;
    const shop = await openShop({}, ({ loading }) => ({
      loading: {
        ...loading,
        load: (...args) => (away ? Promise.reject(new StoreUnavailable("inventory", "none")) : loading.load(...args)),
      },
    }));
    away = true;
    const wishes = [1, 2, 3].map((n) => ({ name: `Product ${n}`, price: 1, totalQuantity: n }));
    const fault: unknown = await shop.sale.createProducts(wishes).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "unknown" });
    expect(fault).to.have.property("cause").that.is.instanceOf(StoreUnavailable);
    away = false;
    const sales = await shop.sale.products(null, 10);
    expect(sales.map(({ stock }) => stock.available).sort((a, b) => a - b)).to.deep.equal([1, 2, 3, 10]);
    await shop.close();
  });
});
