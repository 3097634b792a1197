import { createCatalogue } from "#src/catalogue.js";
import type { Product } from "@flash-sale/core";
import { expect } from "chai";

const PRODUCT: Product = {
  id: "p",
  name: "Console",
  description: null,
  priceMinor: 4_999,
  currency: "USD",
  totalQuantity: 10,
  perUserLimit: 1,
  saleStartAtMs: 0,
  saleEndAtMs: 1,
  createdAtMs: 0,
  revision: 5,
  epoch: 5,
  committed: 0,
  soldQuantity: 0,
};

describe("the catalogue", () => {
  /** `answer`: what the ledger says of the product from now on. */
  const opened = () => {
    let answer: Product | null = PRODUCT;
    const asked: string[] = [];
    const products = {
      find: async (id: string) => {
        asked.push(id);
        return answer;
      },
    };
    return { catalogue: createCatalogue({ products }), asked, says: (product: Product | null) => (answer = product) };
  };

  it("asks once for a product that it has met, and again for one that it was told to forget", async () => {
    const { catalogue, asked } = opened();
    for (let ask = 0; ask < 3; ask += 1) expect(await catalogue.find("p")).to.equal(PRODUCT);
    expect(asked).to.deep.equal(["p"]);
    catalogue.forget("p");
    await catalogue.find("p");
    expect(asked).to.deep.equal(["p", "p"]);
  });

  it("does not ask for what was read with others", async () => {
    const { catalogue, asked } = opened();
    catalogue.meet([{ ...PRODUCT, id: "other" }, PRODUCT]);
    expect(await catalogue.find("p")).to.equal(PRODUCT);
    expect(asked).to.deep.equal([]);
  });

  it("does not remember that there was no such product", async () => {
    const { catalogue, says } = opened();
    says(null);
    expect(await catalogue.find("p")).to.equal(null);
    says(PRODUCT);
    expect(await catalogue.find("p")).to.equal(PRODUCT);
  });

  it("reads once for a crowd that asks at once, and anew for who comes later", async () => {
    const { catalogue, asked, says } = opened();
    await Promise.all(Array.from({ length: 9 }, () => catalogue.find("p")));
    expect(asked).to.deep.equal(["p"]);
    const changed = { ...PRODUCT, revision: 6 };
    says(changed);
    expect(await catalogue.refresh("p")).to.equal(changed);
    expect(await catalogue.find("p")).to.equal(changed);
  });

  it("asks anew after a read that failed", async () => {
    let away = true;
    const find = () => (away ? Promise.reject(new Error("away")) : Promise.resolve(PRODUCT));
    const catalogue = createCatalogue({ products: { find } });
    expect(await catalogue.find("p").catch((fault: unknown) => fault)).to.have.property("message", "away");
    away = false;
    expect(await catalogue.find("p")).to.equal(PRODUCT);
  });

  it("lets no slow read bring an older epoch or revision back, and takes in what is as new or newer", async () => {
    const { catalogue } = opened();
    catalogue.meet([PRODUCT]);
    for (const older of [
      { ...PRODUCT, epoch: 4 },
      { ...PRODUCT, revision: 4 },
      { ...PRODUCT, epoch: 6, revision: 4 },
      { ...PRODUCT, epoch: 4, revision: 6 },
    ]) {
      catalogue.meet([older]);
      expect(await catalogue.find("p")).to.equal(PRODUCT);
    }
    for (const newer of [
      { ...PRODUCT, committed: 1 },
      { ...PRODUCT, revision: 6 },
      { ...PRODUCT, epoch: 6, revision: 6 },
    ]) {
      catalogue.meet([newer]);
      expect(await catalogue.find("p")).to.equal(newer);
    }
  });
});
