import {
  InvalidRequest,
  StoreRejected,
  StoreUnavailable,
  type CommitAnswer,
  type FlashSalePorts,
  type PurchaseRequest,
} from "@flash-sale/core";
import { expect } from "chai";
import { openShop, orderOf, told, type Shop } from "./shop.js";

const HOUR_MS = 3_600_000;

describe("a purchase", () => {
  let shop: Shop;
  const open = async (...args: Parameters<typeof openShop>) => (shop = await openShop(...args));
  afterEach(() => shop.close());

  const stock = async () => {
    const { available, held, purchased } = (await shop.sale.saleStatus(shop.productId))?.stock ?? {};
    return { available, held, purchased };
  };
  const tally = async (outcomes: Promise<Awaited<ReturnType<Shop["buy"]>>>[]) => {
    const counts: Record<string, number> = {};
    for (const outcome of await Promise.all(outcomes)) counts[told(outcome)] = (counts[told(outcome)] ?? 0) + 1;
    return counts;
  };

  it("sells 10 units to the first 10 of 500 buyers, numbered without a gap", async () => {
    await open();
    const counts = await tally(Array.from({ length: 500 }, (_, n) => shop.buy(`u${n}`)));
    expect(counts).to.deep.equal({ purchased: 10, "sold-out": 490 });
    const orders = await shop.ports.orderPages.orders(shop.productId, 0, 100);
    expect(orders.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await stock()).to.deep.equal({ available: 0, held: 0, purchased: 10 });
    expect((await shop.sale.saleStatus(shop.productId))?.state).to.equal("sold_out");
  });

  it("sells one buyer no more than the limit, however many ask at once", async () => {
    await open({ perUserLimit: 3 });
    await tally(Array.from({ length: 50 }, (_, n) => shop.buy("u", { quantity: 1 + (n % 2) })));
    for (let n = 0; n < 5; n += 1) await shop.buy("u");
    const answer = await shop.buy("u");
    expect(answer).to.deep.include({ kind: "refused", reason: "limit-reached", unitsLeft: 0 });
    const found = await shop.sale.ordersOf(shop.productId, "u");
    expect(found?.orders.reduce((units, { quantity }) => units + quantity, 0)).to.equal(3);
    if (answer.kind !== "refused" || answer.reason !== "limit-reached") throw new Error("not refused");
    expect([...answer.orderIds].sort()).to.deep.equal(found?.orders.map(({ id }) => id).sort());
  });

  it("passes over no attempt of its key while it ends the hold of another: that one may be an order by now", async () => {
    let asked = 0;
    const ids = (attempt: number) => shop.ports.ids.derive(["u", shop.productId, "k", attempt]);
    await open({ perUserLimit: 3 }, ({ admission, orders }) => ({
      admission: {
        ...admission,
        admit: async (request) => {
          asked += 1;
          // Another request with this key holds the voided first attempt again, …
          if (asked === 2) await admission.admit({ ...request, reservationId: ids(1) });
          if (asked === 4) {
            // … and makes its order under the second.
            const other = await admission.admit({ ...request, reservationId: ids(2) });
            if (other.kind !== "held") throw new Error(`the other request was told ${other.kind}`);
            await orders.commit(request.productId, request.epoch, [
              { ...other.reservation, currency: "USD", metadata: null },
            ]);
            await admission.confirm(request.productId, request.epoch, [other.reservation]);
          }
          return admission.admit(request);
        },
      },
    }));
    const reaped = {
      productId: shop.productId,
      epoch: 1,
      userId: "u",
      quantity: 1,
      priceMinor: 4_999,
      fingerprint: "1",
    };
    await shop.ports.orders.void(shop.productId, [{ ...reaped, id: ids(1), admittedAtMs: 0, deadlineMs: 0 }]);
    const outcome = await shop.buy("u", { key: "k" });
    expect(outcome).to.deep.include({ kind: "purchased", replayed: true });
    const orders = await shop.ports.orderPages.orders(shop.productId, 0, 10);
    expect(orders.map(({ id }) => id)).to.deep.equal([ids(2)]);
  });

  it("is one buyer's, where two come with the same reservation id at once", async () => {
    await open();
    const reservationId = "0190a6f4-0000-7000-8000-000000000001";
    const outcomes = await Promise.all(
      ["ada", "bob"].map((userId) => shop.sale.purchase({ productId: shop.productId, userId, reservationId })),
    );
    expect(outcomes.map(told).sort()).to.deep.equal(["key-reused", "purchased"]);
    expect(await stock()).to.deep.equal({ available: 9, held: 0, purchased: 1 });
  });

  it("ends the hold of a buyer whose reservation id is somebody else's order, by the reaper where nobody else does", async () => {
    let released = false;
    await open({}, ({ admission }) => ({
      admission: {
        ...admission,
        release: (...args) => {
          if (released) return admission.release(...args);
          throw new StoreUnavailable("inventory", "none");
        },
      },
    }));
    const reservationId = "0190a6f4-0000-7000-8000-000000000001";
    const buy = (userId: string) => shop.sale.purchase({ productId: shop.productId, userId, reservationId });
    expect(told(await buy("ada"))).to.equal("purchased");
    await buy("bob").catch(() => undefined);
    expect((await stock()).held).to.equal(1);
    released = true;
    shop.pass(11_000);
    await shop.sale.reap(shop.productId);
    expect(await stock()).to.deep.equal({ available: 9, held: 0, purchased: 1 });
  });

  it("finds the order of its key under a later attempt, though its confirm was lost and the sale has ended", async () => {
    let confirmed = true;
    await open({}, ({ admission, orders, inventory }) => ({
      admission: { ...admission, confirm: async (...args) => (confirmed ? admission.confirm(...args) : undefined) },
      orders: {
        ...orders,
        // The first attempt ends in a void: the reaper was first.
        commit: async (productId, epoch, drafts) => {
          if (confirmed) await orders.void(productId, drafts);
          confirmed = false;
          return orders.commit(productId, epoch, drafts);
        },
      },
      inventory: { ...inventory, expired: async () => [] },
    }));
    const bought = await shop.buy("u", { key: "k" });
    expect(told(bought)).to.equal("purchased");
    expect(await stock()).to.deep.equal({ available: 9, held: 1, purchased: 0 });
    shop.pass(3 * HOUR_MS);
    expect(await shop.buy("u", { key: "k" })).to.deep.equal({ ...bought, replayed: true });
    expect(told(await shop.buy("u", { key: "other" }))).to.equal("ended");
  });

  it("gives one order for one key, whatever happens to stock and window in between", async () => {
    await open({ totalQuantity: 1 });
    const counts = await tally(Array.from({ length: 20 }, () => shop.buy("u", { key: "k" })));
    expect(counts).to.deep.equal({ purchased: 1, replayed: 19 });
    shop.pass(3 * HOUR_MS);
    expect(told(await shop.buy("u", { key: "k" }))).to.equal("replayed");
    expect(told(await shop.buy("u", { key: "k", quantity: 2 }))).to.equal("key-reused");
    expect(told(await shop.buy("u", { key: "k", metadata: { gift: true } }))).to.equal("key-reused");
    expect(told(await shop.buy("u", { key: "other" }))).to.equal("ended");
    expect(told(await shop.buy("v", { key: "k" }))).to.equal("ended");
  });

  it("finds the order of its key again where the inventory went back to before it, and another request holds that key", async () => {
    let isOlder = false;
    await open({}, ({ admission }) => ({
      admission: {
        ...admission,
        async admit(request) {
          const answer = await admission.admit(request);
          if (!isOlder) return answer;
          const { productId, epoch, userId, quantity, reservationId: id } = request;
          const times = { admittedAtMs: 0, deadlineMs: 0 };
          const held = { id, productId, epoch, userId, quantity, priceMinor: 1, fingerprint: "another", ...times };
          return { kind: "already-held", epoch, revision: 0, reservation: held, available: 9 };
        },
      },
    }));
    const bought = await shop.buy("u", { key: "k" });
    expect(told(bought)).to.equal("purchased");
    isOlder = true;
    expect(await shop.buy("u", { key: "k" })).to.deep.equal({ ...bought, replayed: true });
    expect(told(await shop.buy("u", { key: "k", quantity: 2 }))).to.equal("key-reused");
    expect(told(await shop.buy("u", { key: "of nobody's order" }))).to.equal("key-reused");
    const orderId = bought.kind === "purchased" ? bought.order.id : "";
    const ofAnother = { productId: shop.productId, userId: "v", reservationId: orderId };
    expect(told(await shop.sale.purchase(ofAnother))).to.equal("key-reused");
    expect(await shop.sale.purchase({ ...ofAnother, userId: "u" })).to.deep.equal({ ...bought, replayed: true });
    shop.ports.orders.ofBuyer = () => Promise.reject(new StoreUnavailable("orders", "none"));
    const fault = await shop.buy("u", { key: "k" }).catch((thrown: unknown) => thrown);
    expect(fault, "not said without the ledger").to.be.instanceOf(StoreUnavailable);
  });

  it("finds the order of its key again while another request holds the attempt before it, which is void", async () => {
    await open({ perUserLimit: 2 });
    const { admission, orders, ids } = shop.ports;
    const firstId = ids.derive(["v", shop.productId, "k", 1]);
    const request = { ...{ productId: shop.productId, epoch: 1, userId: "v", expectedPriceMinor: null }, quantity: 1 };
    const another = { ...request, reservationId: firstId, fingerprint: "another" };
    const held = await admission.admit(another);
    if (held.kind !== "held") throw new Error("not held");
    await orders.void(shop.productId, [held.reservation]);
    await admission.release(shop.productId, 1, [held.reservation]);
    const bought = await shop.buy("v", { key: "k" });
    expect(told(bought)).to.equal("purchased");
    expect((await admission.admit(another)).kind).to.equal("held");
    expect(await shop.buy("v", { key: "k" })).to.deep.equal({ ...bought, replayed: true });
    expect(told(await shop.buy("v", { key: "k", quantity: 2 }))).to.equal("key-reused");
  });

  it("keeps keys of users and products apart, whatever characters they hold", async () => {
    await open();
    const orders = await Promise.all([shop.buy("a:b", { key: "c" }), shop.buy("a", { key: "b:c" })]);
    expect(orders.map(told)).to.deep.equal(["purchased", "purchased"]);
    const [first, second] = orders.map((outcome) => outcome.kind === "purchased" && outcome.order.id);
    expect(first).not.to.equal(second);
  });

  it("leaves a key free when it refuses", async () => {
    await open({ saleStartAtMs: Date.now() + HOUR_MS });
    expect(told(await shop.buy("u", { key: "k" }))).to.equal("not-started");
    shop.pass(HOUR_MS);
    expect(told(await shop.buy("u", { key: "k" }))).to.equal("purchased");
  });

  it("refuses another price than the expected one, and more units than one buyer may own", async () => {
    await open();
    const buy = (facts: Partial<PurchaseRequest>) =>
      shop.sale.purchase({ productId: shop.productId, userId: "u", ...facts });
    expect(told(await buy({ expectedPrice: 50 }))).to.equal("price-changed");
    expect(await buy({ quantity: 2 })).to.deep.equal({ kind: "refused", reason: "exceeds-limit", perUserLimit: 1 });
    expect(told(await buy({ expectedPrice: 49.99 }))).to.equal("purchased");
  });

  it("remembers sold out only where nothing but the limit could have been the answer", async () => {
    await open({ totalQuantity: 1 });
    await shop.buy("u");
    const buy = (facts: Partial<PurchaseRequest>) =>
      shop.sale.purchase({ productId: shop.productId, userId: "v", ...facts });
    expect(told(await buy({}))).to.equal("sold-out");
    expect(told(await buy({ expectedPrice: 50 }))).to.equal("price-changed");
    expect(told(await buy({ quantity: 2 }))).to.equal("exceeds-limit");
    shop.pass(3 * HOUR_MS);
    for (let tries = 0; tries < 3; tries += 1) expect(told(await buy({}))).to.equal("ended");
  });

  it("does not remember sold out for longer where the clock is set back", async () => {
    await open(
      { totalQuantity: 1, saleStartAtMs: Date.now() - 2 * HOUR_MS, saleEndAtMs: Date.now() + 2 * HOUR_MS },
      () => ({
        announcements: { publish: async () => undefined, subscribe: () => () => undefined },
      }),
    );
    const order = orderOf(await shop.buy("u"));
    expect(told(await shop.buy("v"))).to.equal("sold-out");
    await shop.sale.cancelOrder(order.id);
    expect(told(await shop.buy("v")), "remembered").to.equal("sold-out");
    shop.pass(-HOUR_MS);
    expect(told(await shop.buy("v"))).to.equal("purchased");
  });

  describe("when sold out is not remembered any more", () => {
    const OVER_MS = 220;
    let admissions = 0;
    const opened = async () => {
      await open({ totalQuantity: 1 }, ({ admission, clock }) => ({
        // The crowd's own wait never ends here: the answer alone does.
        clock: { ...clock, sleep: (ms) => (ms === 30 ? new Promise(() => undefined) : clock.sleep(ms)) },
        admission: { ...admission, admit: (request) => ((admissions += 1), admission.admit(request)) },
        announcements: { publish: async () => undefined, subscribe: () => () => undefined },
      }));
      return orderOf(await shop.buy("first"));
    };
    const crowd = (size: number) => tally(Array.from({ length: size }, (_, number) => shop.buy(`u${number}`)));

    it("one of a crowd asks again, for all of it", async () => {
      await opened();
      await new Promise((resume) => setTimeout(resume, OVER_MS));
      admissions = 0;
      expect(await crowd(50)).to.deep.equal({ "sold-out": 50 });
      expect(admissions).to.equal(1);
    });

    it("a unit that came back is sold to one of the crowd, and the others are told the truth", async () => {
      const order = await opened();
      await shop.sale.cancelOrder(order.id);
      await new Promise((resume) => setTimeout(resume, OVER_MS));
      expect(await crowd(50)).to.deep.equal({ purchased: 1, "sold-out": 49 });
    });
  });

  it("knows no product but those there are", async () => {
    await open();
    const nowhere = "00000000-0000-4000-8000-000000000000";
    expect(await shop.sale.purchase({ productId: nowhere, userId: "u" })).to.deep.equal({ kind: "unknown-product" });
    expect(await shop.sale.saleStatus(nowhere)).to.equal(null);
    expect(await shop.sale.ordersOf(nowhere, "u")).to.equal(null);
    expect(await shop.sale.rebuild(nowhere)).to.equal(null);
    expect(await shop.sale.reconcile(nowhere)).to.equal(null);
    expect(await shop.sale.reap(nowhere)).to.equal(null);
  });

  it("names what is wrong with a request, and changes nothing", async () => {
    await open();
    const wrong: [string, Partial<Record<keyof PurchaseRequest, unknown>>][] = [
      ["productId", { productId: "x" }],
      ["userId", { userId: "with space" }],
      ["userId", { userId: "{brace}" }],
      ["quantity", { quantity: 0 }],
      ["quantity", { quantity: 1.5 }],
      ["Idempotency-Key", { idempotencyKey: "ü" }],
      ["Idempotency-Key", { idempotencyKey: "" }],
      ["reservationId", { reservationId: "x" }],
      ["reservationId", { reservationId: "00000000-0000-4000-8000-000000000000", idempotencyKey: "k" }],
      ["expectedPrice", { expectedPrice: 1.999 }],
      ["metadata", { metadata: [] }],
      ["metadata", { metadata: { note: "\0" } }],
      ["metadata", { metadata: { "\ud800": 1 } }],
      ["metadata", { metadata: { note: "€".repeat(1_400) } }],
    ];
    for (const [field, facts] of wrong) {
      const request = { productId: shop.productId, userId: "u", ...facts } as PurchaseRequest;
      const fault: unknown = await shop.sale.purchase(request).catch((thrown: unknown) => thrown);
      expect(fault, JSON.stringify(facts)).to.be.instanceOf(InvalidRequest).with.property("field", field);
    }
    expect(await stock()).to.deep.equal({ available: 10, held: 0, purchased: 0 });
    expect(told(await shop.buy("u", { metadata: { note: "\\u0000 and 😀", n: [1, { deep: null }] } }))).to.equal(
      "purchased",
    );
  });

  it("puts a lost inventory in service again and goes on, also for buyers from before", async () => {
    await open({ totalQuantity: 3 });
    await shop.buy("old", { key: "k" });
    await shop.sale.rebuild(shop.productId);
    expect(told(await shop.buy("old"))).to.equal("limit-reached");
    expect(told(await shop.buy("old", { key: "k" }))).to.equal("replayed");
    expect(await tally(["a", "b", "c"].map((user) => shop.buy(user)))).to.deep.equal({ purchased: 2, "sold-out": 1 });
    expect(await stock()).to.deep.equal({ available: 0, held: 0, purchased: 3 });
  });

  describe("when stores fail", () => {
    const commitThat = (change: (commit: FlashSalePorts["orders"]["commit"]) => FlashSalePorts["orders"]["commit"]) =>
      open({ totalQuantity: 2 }, ({ orders }) => ({ orders: { ...orders, commit: change(orders.commit) } }));

    it("sells once where the answer to the commit was lost", async () => {
      let lost = 0;
      await commitThat((commit) => async (...batch) => {
        const answers = await commit(...batch);
        lost += 1;
        if (lost === 1) throw new StoreUnavailable("orders", "unknown");
        return answers;
      });
      expect(told(await shop.buy("u", { key: "k" }))).to.equal("purchased");
      expect(await stock()).to.deep.equal({ available: 1, held: 0, purchased: 1 });
    });

    it("takes the next attempt of a key after a void, and replays that", async () => {
      let voided = false;
      await commitThat((commit) => async (productId, epoch, drafts) => {
        if (!voided) await shop.ports.orders.void(productId, drafts);
        voided = true;
        return commit(productId, epoch, drafts);
      });
      const first = await shop.buy("u", { key: "k" });
      expect(told(first)).to.equal("purchased");
      shop.pass(3 * HOUR_MS);
      expect(await shop.buy("u", { key: "k" })).to.deep.equal({ ...first, replayed: true });
      expect(await stock()).to.deep.equal({ available: 1, held: 0, purchased: 1 });
    });

    it("passes over the attempts of a key that earlier requests ended, however many", async () => {
      await open();
      const { productId, ports } = shop;
      const facts = { productId, epoch: 1, userId: "u", quantity: 1, priceMinor: 4_999, fingerprint: "1" };
      for (const attempt of [1, 2, 3, 4, 5]) {
        const id = ports.ids.derive(["u", productId, "k", attempt]);
        await ports.orders.void(productId, [{ id, ...facts, admittedAtMs: 0, deadlineMs: 0 }]);
      }
      expect(told(await shop.buy("u", { key: "k" }))).to.equal("purchased");
      expect(told(await shop.buy("u", { key: "k" }))).to.equal("replayed");
      shop.pass(3 * HOUR_MS);
      expect(told(await shop.buy("u", { key: "k" }))).to.equal("replayed");
    });

    it("leaves a key free for another request where nothing was sold", async () => {
      await open({ perUserLimit: 2 });
      const { productId, ports } = shop;
      const facts = { productId, epoch: 1, userId: "u", quantity: 1, priceMinor: 4_999, fingerprint: "1" };
      const id = ports.ids.derive(["u", productId, "k", 1]);
      await ports.orders.void(productId, [{ id, ...facts, admittedAtMs: 0, deadlineMs: 0 }]);
      expect(told(await shop.buy("u", { key: "k", quantity: 2 }))).to.equal("purchased");
    });

    it("tells where to ask when a write is refused after one whose end is unknown", async () => {
      let writes = 0;
      await commitThat(() => () => {
        writes += 1;
        const fault = writes === 1 ? new StoreUnavailable("orders", "unknown") : new StoreRejected("orders");
        return Promise.reject(fault);
      });
      expect(await shop.buy("u"))
        .to.have.property("orderId")
        .that.is.a("string");
    });

    it("gives up after three voids, and holds nothing", async () => {
      await commitThat((commit) => async (productId, epoch, drafts) => {
        await shop.ports.orders.void(productId, drafts);
        return commit(productId, epoch, drafts);
      });
      expect(await shop.buy("u")).to.deep.equal({ kind: "unavailable", orderId: null });
      expect(await stock()).to.deep.equal({ available: 2, held: 0, purchased: 0 });
    });

    it("releases the units and refuses the key when the id stands for another request", async () => {
      await commitThat(
        () => async (_product, _epoch, drafts) => drafts.map((): CommitAnswer => ({ kind: "conflict" })),
      );
      expect(told(await shop.buy("u", { key: "k" }))).to.equal("key-reused");
      expect(await stock()).to.deep.equal({ available: 2, held: 0, purchased: 0 });
    });

    it("rebuilds an inventory that admits what the ledger must refuse, and then sells what there is", async () => {
      await open({ totalQuantity: 2 }, ({ loading }) => {
        let first = true;
        const load: typeof loading.load = (productId, epoch, terms, committed) => {
          const totalQuantity = first ? 5 : terms.totalQuantity;
          first = false;
          return loading.load(productId, epoch, { ...terms, totalQuantity }, committed);
        };
        return { loading: { ...loading, load } };
      });
      const counts = await tally(["a", "b", "c", "d", "e"].map((user) => shop.buy(user)));
      expect(counts).to.deep.equal({ purchased: 2, "sold-out": 3 });
      expect((await shop.sale.reconcile(shop.productId))?.drift).to.deep.equal([]);
    });

    it("leaves a hold for the reaper when its order's fate is unknown; the units come back once it is settled", async () => {
      let away = true;
      await commitThat((commit) => async (...batch) => {
        if (away) throw new StoreUnavailable("orders", "unknown");
        return commit(...batch);
      });
      const waiting = shop.buy("u");
      await new Promise((resume) => setTimeout(resume, 20));
      shop.pass(5_000);
      const answer = await waiting;
      expect(answer).to.have.property("kind", "unavailable");
      expect(answer).to.have.property("orderId").that.is.a("string");
      expect(await stock()).to.deep.equal({ available: 1, held: 1, purchased: 0 });
      away = false;
      shop.pass(10_000);
      await shop.sale.reap(shop.productId);
      expect(await stock()).to.deep.equal({ available: 2, held: 0, purchased: 0 });
      expect(told(await shop.buy("u"))).to.equal("purchased");
    });

    it("asks again where the answer to the admission was lost, and holds once", async () => {
      let lost = 0;
      await open({}, ({ admission }) => ({
        admission: {
          ...admission,
          admit: async (request) => {
            const answer = await admission.admit(request);
            lost += 1;
            if (lost === 1) throw new StoreUnavailable("inventory", "unknown");
            return answer;
          },
        },
      }));
      expect(told(await shop.buy("u"))).to.equal("purchased");
      expect(await stock()).to.deep.equal({ available: 9, held: 0, purchased: 1 });
    });

    it("says where to ask for an order that stands, while it cannot be read", async () => {
      let away = false;
      await open({}, ({ orders }) => ({
        orders: {
          ...orders,
          find: (id) => (away ? Promise.reject(new StoreUnavailable("orders", "none")) : orders.find(id)),
        },
      }));
      const bought = await shop.buy("u", { key: "k" });
      if (bought.kind !== "purchased") throw new Error("not purchased");
      away = true;
      expect(await shop.buy("u", { key: "k" })).to.deep.equal({ kind: "unavailable", orderId: bought.order.id });
      away = false;
      expect(await shop.buy("u", { key: "k" })).to.deep.equal({ ...bought, replayed: true });
    });

    it("completes a confirm that was lost", async () => {
      let away = true;
      await open({}, ({ admission }) => ({
        admission: {
          ...admission,
          confirm: async (...args) => {
            if (away) throw new StoreUnavailable("inventory", "none");
            await admission.confirm(...args);
          },
        },
      }));
      expect(told(await shop.buy("u"))).to.equal("purchased");
      expect(told(await shop.buy("u"))).to.equal("in-progress");
      away = false;
      shop.pass(10_000);
      await shop.sale.reap(shop.productId);
      expect(told(await shop.buy("u"))).to.equal("limit-reached");
      expect(await stock()).to.deep.equal({ available: 9, held: 0, purchased: 1 });
    });
  });
});
