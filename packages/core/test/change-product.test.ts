import {
  createFlashSale,
  InvalidRequest,
  LIMITS,
  lockThenHold,
  StoreUnavailable,
  type ChangeAnswer,
  type Changes,
  type FlashSalePorts,
  type ProductChange,
} from "@flash-sale/core";
import { createMemoryInventory, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";
import { counts, eventually, hurried, openShop, orderOf, told, type Shop } from "./shop.js";

const HOUR_MS = 3_600_000;

describe("a change of a product", () => {
  let shop: Shop;
  const open = async (...args: Parameters<typeof openShop>) => (shop = await openShop(...args));
  const change = (wish: ProductChange) => shop.sale.changeProduct(shop.productId, wish);
  afterEach(() => shop.close());

  /** Opens a shop where the first call that changes the ledger meets with `meets`. */
  const openWhereTheFirst = (
    meets: (change: Changes["change"], ports: FlashSalePorts) => Changes["change"],
    total = 10,
  ) =>
    open({ totalQuantity: total }, (ports) => {
      let calls = 0;
      const first = meets(ports.changes.change, ports);
      const changed: Changes["change"] = (...args) => ((calls += 1) === 1 ? first : ports.changes.change)(...args);
      return { changes: { ...ports.changes, change: changed } };
    });

  it("is never told as undone where a lost answer may have been of its making", async () => {
    let tries = 0;
    await open({}, ({ changes, clock }) => ({
      clock: hurried(clock),
      changes: {
        ...changes,
        change: async (...args) => {
          tries += 1;
          if (tries > 1) throw new StoreUnavailable("orders", "none");
          await changes.change(...args);
          throw new StoreUnavailable("orders", "unknown");
        },
      },
    }));
    const fault: unknown = await change({ totalQuantity: 20 }).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable).with.property("effect", "unknown");
    expect((await shop.ports.products.find(shop.productId))?.totalQuantity).to.equal(20);
  });

  /** Two units held for a buyer whose process is gone. */
  const holdTwo = async () => {
    const { productId, ports } = shop;
    const request = { productId, epoch: 1, userId: "gone", quantity: 2, fingerprint: "2", expectedPriceMinor: null };
    await ports.admission.admit({ ...request, reservationId: ports.ids.next() });
  };

  it("is seen in the hot stock when the answer comes: price, limit, window and total", async () => {
    await open();
    const saleStartAtMs = Date.now() - HOUR_MS;
    const wish = {
      price: 20.5,
      perUserLimit: 4,
      saleStartAtMs,
      saleEndAtMs: saleStartAtMs + 9 * HOUR_MS,
      totalQuantity: 12,
    };
    const outcome = await change(wish);
    const { price: _price, ...terms } = wish;
    expect(outcome).to.have.property("kind", "changed");
    expect(outcome.kind === "changed" && outcome.status.stock).to.include({
      ...terms,
      priceMinor: 2050,
      available: 12,
      revision: 1,
    });
    expect(orderOf(await shop.buy("u", { quantity: 4 }))).to.include({ priceMinor: 2050, quantity: 4 });
  });

  it("changes what is asked and nothing else, the words too", async () => {
    await open({ description: "blue" });
    const before = await shop.ports.products.find(shop.productId);
    await change({ name: "Console 2" });
    await change({ description: null });
    const after = await shop.ports.products.find(shop.productId);
    expect(after).to.deep.equal({ ...before, name: "Console 2", description: null, revision: 2 });
    expect((await shop.sale.saleStatus(shop.productId))?.product).to.deep.equal(after);
  });

  it("names the field that is wrong, and changes nothing", async () => {
    await open({ saleStartAtMs: 1_000_000, saleEndAtMs: 2_000_000 });
    const wrong: [string, ProductChange][] = [
      ["body", {}],
      ["body", { name: undefined }],
      ["name", { name: "" }],
      ["description", { description: "x".repeat(LIMITS.descriptionLength + 1) }],
      ["price", { price: -1 }],
      ["price", { price: 1.234 }],
      ["totalQuantity", { totalQuantity: 0 }],
      ["totalQuantity", { totalQuantity: 1.5 }],
      ["perUserLimit", { perUserLimit: LIMITS.perUserLimit + 1 }],
      ["saleEndAt", { saleEndAtMs: 1_000_000 }],
      ["saleEndAt", { saleStartAtMs: 2_000_000 }],
      ["saleEndAt", { totalQuantity: 5, saleStartAtMs: 3_000, saleEndAtMs: 2_000 }],
    ];
    for (const [field, wish] of wrong) {
      const fault: unknown = await change(wish).catch((thrown: unknown) => thrown);
      expect(fault, JSON.stringify(wish)).to.be.instanceOf(InvalidRequest).with.property("field", field);
    }
    const fault: unknown = await shop.sale.changeProduct("no id", { name: "x" }).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(InvalidRequest).with.property("field", "productId");
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("is of a product that is there", async () => {
    await open();
    expect(await shop.sale.changeProduct(shop.ports.ids.next(), { name: "x" })).to.deep.equal({
      kind: "unknown-product",
    });
  });

  it("puts the units of a raised total on sale at once, also after it was sold out", async () => {
    await open({ totalQuantity: 1 });
    await shop.buy("a");
    expect(told(await shop.buy("b"))).to.equal("sold-out");
    await change({ totalQuantity: 2 });
    expect(told(await shop.buy("b"))).to.equal("purchased");
    expect(told(await shop.buy("c"))).to.equal("sold-out");
  });

  it("refuses a total below what is sold and held, says how much that is, and changes nothing", async () => {
    await open({ perUserLimit: 3 });
    await shop.buy("u", { quantity: 3 });
    await holdTwo();
    expect(await change({ totalQuantity: 4, price: 1 })).to.deep.equal({ kind: "total-too-low", smallest: 5 });
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 5, held: 2, purchased: 3, revision: 0 });
    expect(await shop.ports.products.find(shop.productId)).to.include({ priceMinor: 4999, revision: 0 });
    expect(await change({ totalQuantity: 5 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 5, available: 0, held: 2, purchased: 3, revision: 1 });
  });

  it("sells nobody the units of a total that is being lowered", async () => {
    const outcomes: string[] = [];
    await openWhereTheFirst((write) => async (...args) => {
      for (let buyer = 0; buyer < 10; buyer += 1) outcomes.push(told(await shop.buy(`u${buyer}`)));
      return write(...args);
    });
    expect(await change({ totalQuantity: 6 })).to.have.property("kind", "changed");
    expect(outcomes.filter((outcome) => outcome === "purchased")).to.have.length(6);
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 0, held: 0, purchased: 6, revision: 1 });
  });

  it("puts withheld units back where the ledger refuses", async () => {
    await openWhereTheFirst(() => async () => ({ kind: "no-window" }));
    const fault: unknown = await change({ totalQuantity: 6 }).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(InvalidRequest);
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("gives its units back by the reaper where its process died before the ledger", async () => {
    await openWhereTheFirst(() => () => Promise.reject(new Error("died")));
    await change({ totalQuantity: 6 }).catch(() => null);
    expect(await counts(shop)).to.include({ available: 6, held: 4 });
    shop.pass(10_000);
    expect(await shop.sale.reap(shop.productId)).to.deep.equal({ voided: 1, confirmed: 0, changed: 0 });
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("is followed by whoever comes where its process died after the ledger, and its units never go back", async () => {
    await openWhereTheFirst((write) => async (...args) => {
      await write(...args);
      throw new Error("died");
    });
    await change({ totalQuantity: 6 }).catch(() => null);
    shop.pass(10_000);
    // Housekeeping may have been first.
    expect((await shop.sale.reap(shop.productId))?.voided).to.equal(0);
    await eventually(async () => (await counts(shop)).revision === 1, "the inventory followed");
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 6, held: 0, purchased: 0, revision: 1 });
  });

  it("is written once where its answer was lost", async () => {
    await openWhereTheFirst((write) => async (...args) => {
      await write(...args);
      throw new StoreUnavailable("orders", "unknown");
    });
    expect(await change({ totalQuantity: 20 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 20, available: 20, held: 0, purchased: 0, revision: 1 });
  });

  it("is refused for good: an earlier try that comes after the answer finds a void", async () => {
    let late: (() => Promise<ChangeAnswer | null>) | undefined;
    await openWhereTheFirst((write) => async (...args) => {
      late = () => write(...args);
      // Its second try is refused by the window that somebody else has made meanwhile.
      await write(shop.productId, shop.ports.ids.next(), { saleStartAtMs: Date.now() + HOUR_MS }, null);
      throw new StoreUnavailable("orders", "unknown");
    });
    const fault: unknown = await change({ saleEndAtMs: Date.now() + HOUR_MS / 2 }).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(InvalidRequest).with.property("field", "saleEndAt");
    await change({ saleStartAtMs: Date.now() - HOUR_MS });
    expect(await late?.()).to.deep.equal({ kind: "void" });
  });

  it("is made where an earlier try comes after the refusal and before the void", async () => {
    let late = async (): Promise<unknown> => null;
    await open({}, ({ changes, orders }) => {
      let calls = 0;
      return {
        changes: {
          ...changes,
          change: async (...args) => {
            if ((calls += 1) > 1) return { kind: "no-window" };
            late = () => changes.change(...args);
            throw new StoreUnavailable("orders", "unknown");
          },
        },
        orders: { ...orders, void: async (...args) => (await late(), orders.void(...args)) },
      };
    });
    expect(await change({ totalQuantity: 6 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 6, held: 0, purchased: 0, revision: 1 });
  });

  it("is made under another id where the reaper was first", async () => {
    await openWhereTheFirst((write) => async (...args) => {
      shop.pass(10_000);
      await shop.sale.reap(shop.productId);
      expect((await counts(shop)).available, "what was withheld is on sale again").to.equal(10);
      return write(...args);
    });
    expect(await change({ totalQuantity: 6 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 6, held: 0, purchased: 0, revision: 1 });
  });

  it("begins again where the inventory that its units were withheld from was rebuilt", async () => {
    await openWhereTheFirst((write) => async (...args) => {
      await shop.sale.rebuild(shop.productId);
      return write(...args);
    });
    expect(await change({ totalQuantity: 6 })).to.have.property("kind", "changed");
    expect(await counts(shop)).to.deep.equal({ total: 6, available: 6, held: 0, purchased: 0, revision: 1 });
  });

  it("takes what another change has withheld for neither sold nor held", async () => {
    await open({ totalQuantity: 10, perUserLimit: 4 });
    await shop.buy("u", { quantity: 4 });
    // Each withholds four of the six that are left.
    const outcomes = await Promise.all([change({ totalQuantity: 6 }), change({ totalQuantity: 6 })]);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["changed", "changed"]);
    expect(await counts(shop)).to.include({ total: 6, available: 2, held: 0, purchased: 4 });
  });

  it("stands where the hot store is away afterwards, which follows when it is back", async () => {
    let away = false;
    const faults: string[] = [];
    await open({}, ({ inventoryChanges }) => ({
      onFault: (doing) => faults.push(doing),
      inventoryChanges: {
        ...inventoryChanges,
        apply: (...args) =>
          away ? Promise.reject(new StoreUnavailable("inventory", "none")) : inventoryChanges.apply(...args),
      },
    }));
    away = true;
    expect(await change({ totalQuantity: 12 })).to.have.property("kind", "changed");
    expect(faults).to.include("following a change");
    expect(await counts(shop)).to.include({ total: 10, revision: 0 });
    away = false;
    await eventually(async () => (await counts(shop)).total === 12, "housekeeping followed");
  });

  it("is followed by housekeeping also where it moved the sale out of its sight", async () => {
    await open();
    const saleStartAtMs = Date.now() + 100 * HOUR_MS;
    const times = { saleStartAtMs, saleEndAtMs: saleStartAtMs + HOUR_MS };
    // In the ledger alone: its maker died.
    await shop.ports.changes.change(shop.productId, shop.ports.ids.next(), times, null);
    await eventually(async () => (await counts(shop)).revision === 1, "the inventory followed");
    expect(told(await shop.buy("u"))).to.equal("not-started");
  });

  it("loses no other change that is made at once", async () => {
    await open({ totalQuantity: 50 });
    const wishes: ProductChange[] = [
      { name: "Other" },
      { price: 1 },
      { perUserLimit: 7 },
      { totalQuantity: 30 },
      { description: "x" },
    ];
    const outcomes = await Promise.all(wishes.map(change));
    expect(outcomes.every(({ kind }) => kind === "changed")).to.equal(true);
    const product = await shop.ports.products.find(shop.productId);
    expect(product).to.include({
      name: "Other",
      priceMinor: 100,
      perUserLimit: 7,
      totalQuantity: 30,
      description: "x",
      revision: 5,
    });
    expect(await counts(shop)).to.deep.equal({ total: 30, available: 30, held: 0, purchased: 0, revision: 5 });
  });

  it("lowers the limit for whoever is between hold and commit too: refused, and no inventory is rebuilt for it", async () => {
    let lowered = false;
    await open({ perUserLimit: 2 }, ({ orders, changes, ids }) => ({
      orders: {
        ...orders,
        commit: async (productId, ...args) => {
          // In the ledger alone: the inventory has not followed.
          if (!lowered) await changes.change(productId, ids.next(), { perUserLimit: 1 }, null);
          lowered = true;
          return orders.commit(productId, ...args);
        },
      },
    }));
    expect(await shop.buy("u", { quantity: 2 })).to.deep.equal({
      kind: "refused",
      reason: "exceeds-limit",
      perUserLimit: 1,
    });
    expect((await shop.ports.products.find(shop.productId))?.epoch).to.equal(1);
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 1 });
    expect(told(await shop.buy("u"))).to.equal("purchased");
  });

  it("gives up and says so where others are always first", async () => {
    await open({}, ({ changes, clock }) => ({
      clock: hurried(clock),
      changes: { ...changes, change: async () => ({ kind: "moved" }) },
    }));
    const fault: unknown = await change({ totalQuantity: 6 }).catch((thrown: unknown) => thrown);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(await counts(shop)).to.deep.equal({ total: 10, available: 10, held: 0, purchased: 0, revision: 0 });
  });

  it("reopens a sale whose inventory was let go long ago", async () => {
    const { inventory, loading, inventoryChanges, lose } = createMemoryInventory({
      clock: systemClock,
      lockTtlMs: 10_000,
    });
    await open({ perUserLimit: 2 }, ({ locks }) => ({
      inventory,
      loading,
      inventoryChanges,
      admission: lockThenHold(locks, inventory, { lockTtlMs: 10_000 }),
    }));
    await shop.buy("u");
    shop.pass(48 * HOUR_MS);
    lose();
    const nowMs = shop.ports.clock.now();
    const outcome = await change({ saleStartAtMs: nowMs - HOUR_MS, saleEndAtMs: nowMs + HOUR_MS, totalQuantity: 3 });
    expect(outcome).to.have.property("kind", "changed");
    expect(await counts(shop)).to.include({ total: 3, available: 2, held: 0, purchased: 1 });
  });

  it("sells exactly the final total after totals up and down and back during 5,000 purchases", async function () {
    this.timeout(60_000);
    await open({ totalQuantity: 3_000 });
    const processes = [shop.sale, createFlashSale(shop.ports)] as const;
    const told: string[] = [];
    const outcomes: string[] = [];
    const buying = buyAll(5_000, async (buyer) => {
      const { kind } = await processes[buyer % 2 === 0 ? 0 : 1].purchase({
        productId: shop.productId,
        userId: `u${buyer}`,
      });
      told.push(kind);
    });
    // The lower ones are refused once more is sold; the last, with half of the buyers still to come, is not.
    const totals = [4_000, 500, 3_000, 800, 2_000, 2_500, 4_500, 600, 3_200, 2_900, 3_500, 1_500, 3_000];
    for (const [round, totalQuantity] of totals.entries()) {
      while (told.length < 200 * round) await new Promise((resume) => setImmediate(resume));
      outcomes.push((await processes[round % 2 === 0 ? 0 : 1].changeProduct(shop.productId, { totalQuantity })).kind);
    }
    await buying;

    expect(outcomes).to.include.members(["changed", "total-too-low"]);
    expect(outcomes.at(-1)).to.equal("changed");
    expect(told.filter((kind) => kind === "purchased")).to.have.length(3_000);
    expect(await shop.ports.products.find(shop.productId)).to.include({ committed: 3_000, totalQuantity: 3_000 });
    await eventually(async () => (await counts(shop)).held === 0, "all is confirmed");
    expect(await counts(shop)).to.include({ total: 3_000, available: 0, purchased: 3_000 });
    const orders = await shop.ports.orderPages.orders(shop.productId, 0, 10_000);
    expect(orders.reduce((sum, { quantity }) => sum + quantity, 0)).to.equal(3_000);
    expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    await processes[1].close();
  });
});

/** So many buyers, fifty at a time. */
async function buyAll(buyers: number, buy: (buyer: number) => Promise<void>): Promise<void> {
  let next = 0;
  const queue = async () => {
    while (next < buyers) {
      await buy((next += 1));
      await new Promise((resume) => setImmediate(resume));
    }
  };
  await Promise.all(Array.from({ length: 50 }, queue));
}
