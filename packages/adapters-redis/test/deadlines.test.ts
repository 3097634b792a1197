import type { HoldRequest, Reservation } from "@flash-sale/core";
import { expect } from "chai";
import { openRedis, type TestRedis } from "./redis.js";
import { openSale } from "./sale.js";

describe("deadlines of holds", () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await openRedis({ lockTtlMs: 60_000 });
  });
  afterEach(() => redis.close());

  async function held(request: HoldRequest): Promise<Reservation> {
    const answer = await redis.adapters.admission.admit(request);
    if (answer.kind !== "held") throw new Error("no units");
    return answer.reservation;
  }

  it("go with their holds, however these end: nobody looks for them later", async () => {
    const sale = await openSale(redis);
    const { admission, inventory, inventoryChanges } = redis.adapters;
    const { productId } = sale;
    const bought = await held(sale.request("ada"));
    const released = await held(sale.request("bob"));
    const cancelled = await held(sale.request("kim"));
    const withheld = { productId, epoch: 1, revision: 1, changeId: "change", units: 2 };
    const deadlines = () => redis.client.zrange(sale.keys.deadlines, "0", "-1");

    await admission.confirm(productId, 1, [bought]);
    expect(await deadlines()).to.have.members(["", "bob", "kim"]);
    await admission.release(productId, 1, [released]);
    expect(await deadlines()).to.have.members(["", "kim"]);
    const { id, userId, quantity: units } = cancelled;
    await inventoryChanges.apply(1, { kind: "cancel", id, productId, revision: 1, userId, units });
    expect(await deadlines()).to.deep.equal([""]);

    expect((await inventoryChanges.withhold(withheld)).kind).to.equal("withheld");
    expect(await deadlines()).to.have.length(2);
    const status = await inventory.status(productId, 1);
    if (!status) throw new Error("the inventory is not in service");
    const { priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = status;
    const terms = { totalQuantity: 8, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
    const change = { kind: "terms", id: "change", productId, revision: 2, terms } as const;
    expect((await inventoryChanges.apply(1, change)).kind).to.equal("applied");
    expect(await deadlines()).to.deep.equal([""]);
  });

  it("are dropped where they stand without a hold, and only they", async () => {
    const sale = await openSale(redis);
    await redis.client.zadd(sale.keys.deadlines, 1, "nobody");
    await held(sale.request("ada"));
    await redis.client.zadd(sale.keys.deadlines, 2, "ada");
    const expired = await redis.adapters.inventory.expired(sale.productId, 1, 10);
    expect(expired.map(({ userId }) => userId)).to.deep.equal(["ada"]);
    expect(await redis.client.zrange(sale.keys.deadlines, "0", "-1")).to.deep.equal(["ada", ""]);
  });
});
