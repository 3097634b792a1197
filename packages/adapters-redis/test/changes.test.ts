import type { Cancellation, TermsChange } from "@flash-sale/core";
import { expect } from "chai";
import { keyList, lockKey } from "#src/keys.js";
import { encodeId } from "#src/records.js";
import { openRedis, type TestRedis } from "./redis.js";
import { openSale, type Sale } from "./sale.js";

const DAY_MS = 24 * 3_600_000;

describe("changes that the inventory follows", () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await openRedis({ lockTtlMs: 60_000 });
  });
  afterEach(() => redis.close());

  async function movedEnd(sale: Sale, revision: number, saleEndAtMs: number): Promise<TermsChange> {
    const status = await redis.adapters.inventory.status(sale.productId, 1);
    if (!status) throw new Error("the inventory is not in service");
    const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs } = status;
    const terms = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
    return { kind: "terms", id: `change-${revision}`, productId: sale.productId, revision, terms };
  }

  /** When each of its keys goes, by this host's clock. */
  const ends = (sale: Sale) =>
    Promise.all(keyList(sale.keys).map(async (key) => Date.now() + (await redis.client.pttl(key))));

  it("keep all keys for a day after an end that is moved back, and never let them go earlier", async () => {
    const sale = await openSale(redis);
    const { apply } = redis.adapters.inventoryChanges;
    const end = Date.now() + 7 * DAY_MS;
    expect((await apply(1, await movedEnd(sale, 1, end))).kind).to.equal("applied");
    for (const key of await ends(sale)) expect(key).to.be.closeTo(end + DAY_MS, 60_000);
    expect((await apply(1, await movedEnd(sale, 2, end - DAY_MS))).kind).to.equal("applied");
    for (const key of await ends(sale)) expect(key).to.be.closeTo(end + DAY_MS, 60_000);
  });

  it("let the lock of a cancelled order go with its hold: the buyer is admitted again at once", async () => {
    const sale = await openSale(redis);
    const { admission, inventoryChanges } = redis.adapters;
    const { productId } = sale;
    const order = sale.request("ada", { quantity: 2 });
    expect((await admission.admit(order)).kind).to.equal("held");
    const change: Cancellation = {
      kind: "cancel",
      id: order.reservationId,
      productId,
      revision: 1,
      userId: "ada",
      units: 2,
    };
    expect(await inventoryChanges.apply(1, change)).to.deep.equal({ kind: "applied", before: 8, after: 10 });
    expect(await redis.client.exists(lockKey([productId, "1", "ada"]))).to.equal(0);
    expect((await admission.admit(sale.request("ada", { quantity: 2 }))).kind).to.equal("held");
    expect((await admission.admit(order)).kind).to.equal("already-ordered");
  });

  it("leave the lock alone under which the buyer of a cancelled order buys another", async () => {
    const sale = await openSale(redis);
    const { admission, inventoryChanges } = redis.adapters;
    const { productId } = sale;
    const order = await admission.admit(sale.request("ada"));
    if (order.kind !== "held") throw new Error("no units");
    await admission.confirm(productId, 1, [order.reservation]);
    const other = sale.request("ada");
    expect((await admission.admit(other)).kind).to.equal("held");
    const { id, userId, quantity: units } = order.reservation;
    await inventoryChanges.apply(1, { kind: "cancel", id, productId, revision: 1, userId, units });
    expect(await redis.client.get(lockKey([productId, "1", "ada"]))).to.equal(encodeId(other.reservationId));
  });

  it("keep the record of a buyer as short as it was: a cancelled order stands in it once, without units", async () => {
    const sale = await openSale(redis);
    const { admission, inventoryChanges } = redis.adapters;
    const { productId } = sale;
    const order = await admission.admit(sale.request("ada", { reservationId: "a:b:12", quantity: 2 }));
    if (order.kind !== "held") throw new Error("no units");
    await admission.confirm(productId, 1, [order.reservation]);
    await inventoryChanges.apply(1, { kind: "cancel", id: "a:b:12", productId, revision: 1, userId: "ada", units: 2 });
    expect(await redis.client.hget(sale.keys.buyers, "ada")).to.equal("a:b:12:0");
  });

  it("take nothing from the stock where a buyer is named like one of its fields", async () => {
    const sale = await openSale(redis);
    const { admission, inventory, inventoryChanges } = redis.adapters;
    const { productId } = sale;
    const order = await admission.admit(sale.request("price"));
    if (order.kind !== "held") throw new Error("no units");
    const { id, userId, quantity: units } = order.reservation;
    await inventoryChanges.apply(1, { kind: "cancel", id, productId, revision: 1, userId, units });
    expect((await inventory.status(productId, 1))?.priceMinor).to.equal(4_999);
  });

  it("refuse what cannot be written", async () => {
    const sale = await openSale(redis);
    const { withhold, apply } = redis.adapters.inventoryChanges;
    const { productId } = sale;
    const request = { productId, epoch: 1, revision: 0, changeId: "change", units: 1 };
    const cancel = { kind: "cancel", id: "order", productId, revision: 1, userId: "ada", units: 1 } as const;
    const before = await sale.dump();
    for (const work of [
      () => withhold({ ...request, units: 0 }),
      () => withhold({ ...request, units: 1.5 }),
      () => withhold({ ...request, changeId: "a b" }),
      () => apply(1, { ...cancel, userId: "" }),
      () => apply(1, { ...cancel, id: "a,b" }),
    ]) {
      const thrown: unknown = await work().then(
        () => null,
        (fault: unknown) => fault,
      );
      expect(thrown).to.be.instanceOf(Error);
    }
    expect(await sale.dump()).to.deep.equal(before);
  });
});
