import type { Announcement, Clock } from "@flash-sale/core";
import { expect } from "chai";
import { openShop, told, type Shop } from "./shop.js";

const KINDS: readonly Announcement["kind"][] = ["epoch-moved", "changed", "back-on-sale", "sold-out"];

describe("a process that hears what others announce", () => {
  let shop: Shop;
  afterEach(() => shop.close());
  const hear = (kind: Announcement["kind"]) =>
    shop.ports.announcements.publish({ kind, productId: shop.productId, epoch: 1 });

  it("reads a product again where it moved or was changed, and not otherwise", async () => {
    let reads = 0;
    shop = await openShop({}, ({ products }) => ({
      products: { ...products, find: async (id) => ((reads += 1), products.find(id)) },
    }));
    await shop.buy("u");
    const readAfter: Record<string, number> = {};
    for (const kind of KINDS) {
      const before = reads;
      await hear(kind);
      await shop.buy("u");
      readAfter[kind] = reads - before;
    }
    expect(readAfter).to.deep.equal({ "epoch-moved": 1, changed: 1, "back-on-sale": 0, "sold-out": 0 });
  });

  it("remembers what is sold out until it hears anything else of the product", async () => {
    let admissions = 0;
    // Time stands still: nothing is forgotten by itself.
    const nowMs = Date.now();
    const clock: Clock = { now: () => nowMs, sleep: () => new Promise(() => undefined) };
    shop = await openShop({ totalQuantity: 1 }, ({ admission }) => ({
      clock,
      admission: { ...admission, admit: async (request) => ((admissions += 1), admission.admit(request)) },
    }));
    expect(told(await shop.buy("u"))).to.equal("purchased");
    const askedAfter: Record<string, number> = {};
    for (const kind of KINDS) {
      const before = admissions;
      await hear(kind);
      for (const user of ["v", "w"]) expect(told(await shop.buy(user))).to.equal("sold-out");
      askedAfter[kind] = admissions - before;
    }
    expect(askedAfter).to.deep.equal({ "epoch-moved": 1, changed: 1, "back-on-sale": 1, "sold-out": 0 });
  });

  it("sells all the same where it cannot announce, and says that it could not", async () => {
    const faults: string[] = [];
    shop = await openShop({ totalQuantity: 1 }, ({ announcements }) => ({
      onFault: (doing, fault) => faults.push(`${doing}: ${String(fault)}`),
      announcements: { ...announcements, publish: () => Promise.reject(new Error("away")) },
    }));
    expect(told(await shop.buy("u"))).to.equal("purchased");
    await shop.close();
    expect(new Set(faults)).to.deep.equal(new Set(["announcing: Error: away"]));
  });
});
