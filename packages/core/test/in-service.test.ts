import { createCatalogue } from "#src/catalogue.js";
import { productOf } from "#src/contract/given.js";
import { createInService } from "#src/use-cases/in-service.js";
import { StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";

const { id } = productOf();

/** A product whose inventory's life is `whole` from the moment it is rebuilt to the epoch in the ledger. */
function opened({ rebuilds: canRebuild = true } = {}) {
  let epoch = 1;
  let whole = 0;
  const rebuilt: (number | undefined)[] = [];
  const products = { find: async (wanted: string) => (wanted === id ? productOf({ epoch }) : null) };
  const rebuild = async (_productId: string, distrusted?: number) => {
    rebuilt.push(distrusted);
    if (!canRebuild) throw new StoreUnavailable("inventory", "none");
    whole = epoch += 1;
    return { epoch, rebuilt: true };
  };
  const catalogue = createCatalogue({ products });
  const { ask, restore } = createInService({ catalogue, rebuild });
  const asked: number[] = [];
  return {
    restore,
    rebuilt,
    asked,
    epochKnown: async () => (await catalogue.find(id))?.epoch,
    /** Somebody else puts a new life in service. */
    moveOn: () => void (whole = epoch += 1),
    lose: () => void (whole = 0),
    ask: (productId = id) =>
      ask(productId, async (product) => {
        asked.push(product.epoch);
        return product.epoch === whole ? `answer of ${String(product.epoch)}` : null;
      }),
  };
}

describe("asking an inventory that may not be in service", () => {
  it("restores it and asks the new one, and the next time that one at once", async () => {
    const { ask, asked, rebuilt } = opened();
    expect(await ask()).to.equal("answer of 2");
    expect(await ask()).to.equal("answer of 2");
    expect([asked, rebuilt]).to.deep.equal([[1, 2, 2], [undefined]]);
  });

  it("rebuilds nothing where only the epoch was news", async () => {
    const { ask, asked, epochKnown, moveOn, rebuilt } = opened();
    expect(await epochKnown()).to.equal(1);
    moveOn();
    expect(await ask()).to.equal("answer of 2");
    expect([asked, rebuilt]).to.deep.equal([[1, 2], []]);
  });

  it("restores it once for a crowd, and again when it is lost again", async () => {
    const { ask, lose, rebuilt } = opened();
    const crowd = () => Promise.all(Array.from({ length: 20 }, () => ask()));
    expect(new Set(await crowd())).to.deep.equal(new Set(["answer of 2"]));
    expect(rebuilt).to.have.length(1);
    lose();
    expect(new Set(await crowd())).to.deep.equal(new Set(["answer of 3"]));
    expect(rebuilt).to.have.length(2);
  });

  it("tells why it could not be restored, and tries again for the next who asks", async () => {
    const { ask, rebuilt } = opened({ rebuilds: false });
    for (const tries of [1, 2]) {
      expect(await ask().catch((fault: unknown) => fault)).to.be.instanceOf(StoreUnavailable);
      expect(rebuilt).to.have.length(tries);
    }
  });

  it("gives up where it is lost again each time, and says that nothing was carried out", async () => {
    let asked = 0;
    const catalogue = createCatalogue({ products: { find: async () => productOf() } });
    const { ask } = createInService({ catalogue, rebuild: async () => ({ epoch: 1, rebuilt: true }) });
    const fault: unknown = await ask(id, async () => ((asked += 1), null)).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "none" });
    expect(asked).to.equal(5);
  });

  it("knows no product but those there are, and asks nobody about another", async () => {
    const { ask, asked, rebuilt } = opened();
    expect(await ask("another")).to.equal(null);
    expect([asked, rebuilt]).to.deep.equal([[], []]);
  });
});

describe("putting a sound inventory in service", () => {
  it("rebuilds in the place of a life that contradicts the ledger, and knows the new one when it is done", async () => {
    const { epochKnown, rebuilt, restore } = opened();
    await restore(id, 1, 1);
    expect(rebuilt).to.deep.equal([1]);
    expect(await epochKnown()).to.equal(2);
  });

  it("does nothing for a life that another has followed already", async () => {
    const { epochKnown, moveOn, rebuilt, restore } = opened();
    moveOn();
    await restore(id, 1, 1);
    expect(rebuilt).to.deep.equal([]);
    expect(await epochKnown()).to.equal(2);
  });

  it("does nothing for a product that is not there", async () => {
    const { rebuilt, restore } = opened();
    await restore("another", 1);
    expect(rebuilt).to.deep.equal([]);
  });
});
