import {
  OrderMayStand,
  StoreRejected,
  type Announcement,
  type CommitAnswer,
  type FlashSalePorts,
  type HoldAnswer,
} from "@flash-sale/core";
import { expect } from "chai";
import { openShop, orderOf, told, type Shop } from "./shop.js";

const HOUR_MS = 3_600_000;
const RESERVATION = "0190a6f4-0000-7000-8000-00000000000a";
type Ports = FlashSalePorts;

describe("what a buyer is told", () => {
  let shop: Shop;
  let admissions = 0;
  let commits = 0;
  let announced: Announcement[] = [];
  afterEach(() => shop.close());

  /** A shop that counts what its stores are asked, and whose stores a test changes. By its own clock no time goes by. */
  async function open(
    facts: Parameters<typeof openShop>[0] = {},
    change: (ports: Ports) => { readonly [port in "orders" | "admission" | "ids"]?: Partial<Ports[port]> } = () => ({}),
  ) {
    admissions = commits = 0;
    announced = [];
    shop = await openShop(facts, (ports) => {
      const changed = change(ports);
      const orders = { ...ports.orders, ...changed.orders };
      const admission = { ...ports.admission, ...changed.admission };
      const nowMs = ports.clock.now();
      return {
        ids: { ...ports.ids, ...changed.ids },
        clock: { now: () => nowMs, sleep: () => new Promise(() => undefined) },
        orders: { ...orders, commit: (...of) => ((commits += 1), orders.commit(...of)) },
        admission: { ...admission, admit: (request) => ((admissions += 1), admission.admit(request)) },
      };
    });
    shop.ports.announcements.subscribe((announcement) => announced.push(announcement));
  }
  const answers = (answer: CommitAnswer) => (): { orders: Partial<Ports["orders"]> } => ({
    orders: { commit: async (_product, _epoch, drafts) => drafts.map(() => answer) },
  });
  const buy = (facts: Partial<Parameters<Shop["sale"]["purchase"]>[0]> = {}) =>
    shop.sale.purchase({ productId: shop.productId, userId: "u", ...facts });
  const faultOf = (work: Promise<unknown>): Promise<unknown> => work.then(told as never, (fault: unknown) => fault);

  it("is the same however the ids are written", async () => {
    await open();
    const bought = await buy({ productId: shop.productId.toUpperCase(), reservationId: RESERVATION.toUpperCase() });
    expect(orderOf(bought)).to.include({ productId: shop.productId, id: RESERVATION });
    expect(await buy({ reservationId: RESERVATION })).to.deep.equal({ ...bought, replayed: true });
  });

  it("has the order as it was asked for, at the product's price and in its currency", async () => {
    await open({ price: 500, currency: "JPY", perUserLimit: 2 });
    const metadata = { gift: true };
    expect(orderOf(await buy({ quantity: 2, metadata }))).to.deep.include({
      ...{ userId: "u", number: 1, quantity: 2, status: "confirmed" },
      ...{ priceMinor: 500, currency: "JPY", metadata },
    });
  });

  it("names the orders that count against the limit, and the units it leaves", async () => {
    await open({ perUserLimit: 3 });
    const cancelled = orderOf(await buy());
    const kept = orderOf(await buy({ quantity: 2 }));
    await shop.sale.cancelOrder(cancelled.id);
    const refused = { kind: "refused", reason: "limit-reached", orderIds: [kept.id] };
    expect(await buy({ quantity: 2 })).to.deep.equal({ ...refused, unitsLeft: 1 });
    await shop.sale.changeProduct(shop.productId, { perUserLimit: 1 });
    expect(await buy()).to.deep.equal({ ...refused, unitsLeft: 0 });
  });

  describe("once nothing is left", () => {
    it("is so without asking the hot store, where nothing else could be the answer", async () => {
      await open({ totalQuantity: 1 });
      await buy();
      admissions = 0;
      expect(await buy({ userId: "v" })).to.deep.equal({ kind: "refused", reason: "sold-out" });
      expect(admissions).to.equal(0);
      for (const facts of [{ idempotencyKey: "k" }, { reservationId: RESERVATION }, { expectedPrice: 49.99 }]) {
        expect(told(await buy({ userId: "v", ...facts })), JSON.stringify(facts)).to.equal("sold-out");
      }
      expect(admissions).to.equal(3);
    });

    it("is told everybody, once: by whoever held the last unit", async () => {
      await open({ totalQuantity: 2, perUserLimit: 2 });
      await buy({ userId: "a" });
      expect(announced).to.deep.equal([]);
      const last = await buy({ userId: "b", idempotencyKey: "k" });
      expect(announced).to.deep.equal([{ kind: "sold-out", productId: shop.productId, epoch: 1 }]);
      expect(told(await buy({ userId: "c", idempotencyKey: "k" }))).to.equal("sold-out");
      expect(await buy({ userId: "b", idempotencyKey: "k" })).to.deep.equal({ ...last, replayed: true });
      expect(announced).to.have.length(1);
    });

    it("is still so without asking where an order is replayed meanwhile", async () => {
      await open({ totalQuantity: 1 });
      await buy({ idempotencyKey: "k" });
      expect(told(await buy({ idempotencyKey: "k" }))).to.equal("replayed");
      admissions = 0;
      expect(told(await buy({ userId: "v" }))).to.equal("sold-out");
      expect(admissions).to.equal(0);
    });

    it("is not so yet where there are only fewer units than asked", async () => {
      await open({ totalQuantity: 2, perUserLimit: 2 });
      await buy({ userId: "a" });
      expect(told(await buy({ userId: "b", quantity: 2 }))).to.equal("sold-out");
      expect(told(await buy({ userId: "b" }))).to.equal("purchased");
    });

    const refusedWith = (reason: "sold-out" | "in-progress", available: number): HoldAnswer => ({
      ...{ kind: "refused", reason, available },
      ...{ epoch: 1, orders: [], holds: null, perUserLimit: 1 },
    });

    it("is remembered of what the hot store said of its stock, not of what it said of one buyer", async () => {
      for (const [answer, asked] of [
        [refusedWith("sold-out", 0), 1],
        [refusedWith("sold-out", 1), 2],
        [refusedWith("in-progress", 0), 2],
      ] as const) {
        await open({}, () => ({ admission: { admit: async () => answer } }));
        await buy();
        await buy({ userId: "v" });
        expect(admissions, JSON.stringify(answer)).to.equal(asked);
        expect(announced).to.deep.equal([]);
        await shop.close();
      }
    });
  });

  describe("where its reservations end without an order", () => {
    const outOfReach = { kind: "unavailable", orderId: null } as const;

    it("is to come back later, after three of its own that ended", async () => {
      await open({}, answers({ kind: "void", cause: "total" }));
      expect(await buy()).to.deep.equal(outOfReach);
      expect(commits).to.equal(3);
      expect(await buy({ userId: "v", idempotencyKey: "k" })).to.deep.equal(outOfReach);
      expect(commits).to.equal(6);
    });

    it("is so after all sixteen attempts of a key that were ended before, and after three without one", async () => {
      await open({}, answers({ kind: "void", cause: "standing" }));
      expect(await buy({ idempotencyKey: "k" })).to.deep.equal(outOfReach);
      expect(commits).to.equal(16);
      expect(await buy()).to.deep.equal(outOfReach);
      expect(commits).to.equal(19);
    });

    it("is so at once where it brought a reservation id of its own: there is no other", async () => {
      await open({}, answers({ kind: "void", cause: "total" }));
      expect(await buy({ reservationId: RESERVATION })).to.deep.equal(outOfReach);
      expect(commits).to.equal(1);
    });

    it("is so where the inventory moves on each time, five times", async () => {
      await open({}, answers({ kind: "epoch-moved" }));
      expect(await buy()).to.deep.equal(outOfReach);
      expect(commits).to.equal(5);
    });
  });

  it("costs no ids but its own where a buyer of a crowd has nothing", async () => {
    let derived = 0;
    await open({ saleStartAtMs: Date.now() + HOUR_MS }, ({ ids }) => ({
      ids: { derive: (parts) => ((derived += 1), ids.derive(parts)) },
    }));
    expect(told(await buy({ idempotencyKey: "k" }))).to.equal("not-started");
    expect(derived).to.equal(1);
  });

  describe("of an order that stands under its id", () => {
    it("is that order only to its own buyer, for its own product and request", async () => {
      let orderId = "";
      await open({}, () => ({ admission: { admit: async () => ({ kind: "already-ordered", orderId }) } }));
      const { ports, productId } = shop;
      const own = { userId: "u", quantity: 1, fingerprint: "1", priceMinor: 4_999, currency: "USD", metadata: null };
      const times = { admittedAtMs: 0, deadlineMs: 0 };
      orderId = ports.ids.next();
      await ports.orders.commit(productId, 1, [{ id: orderId, productId, epoch: 1, ...own, ...times }]);
      expect(told(await buy())).to.equal("replayed");
      expect(await buy({ userId: "v" })).to.deep.equal({ kind: "key-reused" });
      expect(await buy({ metadata: {} })).to.deep.equal({ kind: "key-reused" });
      const other = await shop.sale.createProduct({ name: "Other", price: 1, totalQuantity: 1 });
      expect(await buy({ productId: other.id })).to.deep.equal({ kind: "key-reused" });
      orderId = ports.ids.next();
      expect(await buy(), "of none that the ledger knows").to.deep.equal({ kind: "unavailable", orderId });
    });

    it("is where to ask for it, where reading it fails in a way that nobody foresaw", async () => {
      const cause = new Error("?");
      let fails = false;
      await open({}, ({ orders }) => ({
        orders: { find: (id) => (fails ? Promise.reject(cause) : orders.find(id)) },
      }));
      const { id } = orderOf(await buy({ idempotencyKey: "k" }));
      fails = true;
      const fault = await faultOf(buy({ idempotencyKey: "k" }));
      expect(fault).to.be.instanceOf(OrderMayStand).and.to.include({ orderId: id, cause });
    });
  });

  describe("where the commit fails", () => {
    it("is that nothing was sold only where the store said so; else where an order may stand", async () => {
      const rejected = new StoreRejected("orders");
      await open({}, () => ({ orders: { commit: () => Promise.reject(rejected) } }));
      expect(await faultOf(buy())).to.equal(rejected);
      await shop.close();
      await open({}, () => ({ orders: { commit: async () => [] } }));
      const fault = await faultOf(buy({ reservationId: RESERVATION }));
      expect(fault).to.be.instanceOf(OrderMayStand).with.property("orderId", RESERVATION);
      expect(fault).to.have.property("cause").that.is.instanceOf(Error);
    });
  });

  describe("where another attempt of its key holds its units", () => {
    it("is the order of that one, though the sale has ended", async () => {
      await open({ perUserLimit: 2 });
      const { ids, admission } = shop.ports;
      const id = ids.derive(["u", shop.productId, "k", 3]);
      const request = { productId: shop.productId, epoch: 1, userId: "u", quantity: 1, expectedPriceMinor: null };
      await admission.admit({ ...request, reservationId: id, fingerprint: "1" });
      shop.pass(3 * HOUR_MS);
      expect(orderOf(await buy({ idempotencyKey: "k" }))).to.have.property("id", id);
    });

    it("is the order of its first attempt after all, where the other one ends without an order", async () => {
      let first = true;
      await open({}, ({ orders }) => ({
        orders: {
          commit: async (...of) => {
            if (!first) return orders.commit(...of);
            first = false;
            return [{ kind: "void", cause: "total" }];
          },
        },
      }));
      const { ids, admission } = shop.ports;
      const id = (attempt: number) => ids.derive(["u", shop.productId, "k", attempt]);
      const request = { productId: shop.productId, epoch: 1, userId: "u", quantity: 1, expectedPriceMinor: null };
      await admission.admit({ ...request, reservationId: id(3), fingerprint: "1" });
      expect(orderOf(await buy({ idempotencyKey: "k" }))).to.have.property("id", id(1));
    });

    it("is that the key was used, where that one was another request's", async () => {
      await open({ perUserLimit: 2 });
      const { ids, admission } = shop.ports;
      const id = ids.derive(["u", shop.productId, "k", 3]);
      const request = { productId: shop.productId, epoch: 1, userId: "u", quantity: 2, expectedPriceMinor: null };
      await admission.admit({ ...request, reservationId: id, fingerprint: "2" });
      expect(await buy({ idempotencyKey: "k" })).to.deep.equal({ kind: "key-reused" });
      expect(told(await buy({ idempotencyKey: "other" }))).to.equal("in-progress");
      expect(commits).to.equal(0);
    });
  });
});
