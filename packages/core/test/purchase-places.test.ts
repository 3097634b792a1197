import { createCatalogue } from "#src/catalogue.js";
import { givenProduct, PRODUCT } from "#src/contract/given.js";
import { createSoldOutMemory } from "#src/sold-out-memory.js";
import { createInService } from "#src/use-cases/in-service.js";
import { purchase } from "#src/use-cases/purchase.js";
import { createGroupCommit, DEFAULT_COMMIT_LIMITS } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";
import { told } from "./shop.js";

const clock = { now: () => 1_700_000_000_000, sleep: () => new Promise<void>(() => undefined) };

/** A product on sale in a process with this many places, whose writes wait until they may go on. It is found so many times. */
async function opened(maxPlaces: number, finds = Infinity) {
  const memory = createMemoryAdapters({ clock });
  const product = await givenProduct(memory);
  await memory.loading.load(PRODUCT, 1, product, 0);
  await memory.loading.finishTeaching(PRODUCT, 1);
  let goOn: () => void = () => undefined;
  const written = new Promise<void>((resume) => (goOn = resume));
  const orders: typeof memory.orders = {
    ...memory.orders,
    commit: (...of) => written.then(() => memory.orders.commit(...of)),
  };
  const known = createCatalogue(memory);
  // Nothing is known: each look at the product is a find.
  const find = async (id: string) => ((finds -= 1) < 0 ? null : known.find(id));
  const catalogue = { ...known, known: () => undefined, find };
  const buy = purchase({
    ...{ ...memory, orders, catalogue },
    commits: createGroupCommit({ orders, clock }, { ...DEFAULT_COMMIT_LIMITS, maxPlaces }),
    soldOut: createSoldOutMemory({ clock }),
    inService: createInService({ catalogue, rebuild: async () => null }),
    announce: () => undefined,
    confirm: (reservation) => void memory.admission.confirm(PRODUCT, 1, [reservation]),
    inBackground: () => undefined,
    followChanges: async () => undefined,
  });
  const held = async () => (await memory.inventory.status(PRODUCT, 1))?.held;
  return { buy: (userId: string) => buy({ productId: PRODUCT, userId }).then(told), goOn: () => goOn(), held };
}

describe("a place in the queue", () => {
  it("is taken before anything is held: without one a buyer is shed, and leaves nothing behind", async () => {
    const { buy, goOn, held } = await opened(2);
    const crowd = [buy("a"), buy("b")];
    expect(await buy("c")).to.equal("overloaded");
    await new Promise((resume) => setImmediate(resume));
    expect(await held()).to.equal(2);
    goOn();
    expect(await Promise.all(crowd)).to.deep.equal(["purchased", "purchased"]);
  });

  it("is free again when its purchase has ended, however it has", async () => {
    const { buy, goOn } = await opened(1);
    goOn();
    expect(await buy("a")).to.equal("purchased");
    expect(await buy("b")).to.equal("purchased");
    for (let bought = 1; bought < 3; bought += 1) expect(await buy("a")).to.equal("purchased");
    expect(await buy("a")).to.equal("limit-reached");
    expect(await buy("b")).to.equal("purchased");
  });

  it("is left by a buyer whose product is gone before they are admitted: it is unknown", async () => {
    const { buy, held } = await opened(1, 1);
    expect(await buy("a")).to.equal("unknown-product");
    expect(await held()).to.equal(0);
  });
});
