import { randomUUID } from "node:crypto";
import { purchaseLock, type Reservation } from "@flash-sale/core";
import { expect } from "chai";
import { lockKey } from "#src/keys.js";
import { openRedis, redisUrl, type TestRedis } from "./redis.js";
import { openSale, type Sale } from "./sale.js";

describe("a Redis that lost something", () => {
  let redis: TestRedis;
  beforeEach(async () => {
    // A database of its own, since one of these tests empties it.
    redis = await openRedis({ redis: { db: 9 } });
  });
  afterEach(() => redis.close());

  /** Nothing of the inventory is in service any more, and nothing that is asked of it writes. */
  async function expectLost(sale: Sale, standing: readonly Reservation[] = []): Promise<void> {
    const { adapters } = redis;
    const { productId } = sale;
    const request = sale.request("ada");
    const reservation = { ...request, id: request.reservationId, priceMinor: 1, admittedAtMs: 1, deadlineMs: 1 };
    const before = await sale.dump();
    expect(await adapters.inventory.hold(request, "granted")).to.deep.equal({ kind: "not-in-service" });
    expect(await adapters.admission.admit(request)).to.deep.equal({ kind: "not-in-service" });
    expect(await adapters.inventory.status(productId, 1)).to.equal(null);
    expect(await adapters.inventory.audit(productId, 1)).to.equal(null);
    expect(await adapters.inventory.expired(productId, 1, 10)).to.deep.equal([]);
    for (const one of [reservation, ...standing]) {
      await adapters.admission.confirm(productId, 1, [one]);
      expect(await adapters.admission.release(productId, 1, [one])).to.deep.equal({ before: 0, after: 0 });
    }
    const taught = await adapters.loading.teach(productId, 1, 0, [{ userId: "ada", orders: [] }]);
    expect(taught).to.equal("not-in-service");
    const { withhold, apply } = adapters.inventoryChanges;
    const withheld = await withhold({ productId, epoch: 1, revision: 0, changeId: "change", units: 1 });
    expect(withheld).to.deep.equal({ kind: "not-in-service" });
    const change = { kind: "cancel", id: reservation.id, productId, revision: 1, userId: "ada", units: 1 } as const;
    expect(await apply(1, change)).to.deep.equal({ kind: "not-in-service" });
    expect(await adapters.inventory.buyers(productId, 1, ["ada"])).to.equal(null);
    await adapters.loading.finishTeaching(productId, 1);
    expect(await sale.dump()).to.deep.equal(before);
  }

  it("is not in service after all keys are gone, and can be loaded again", async () => {
    const sale = await openSale(redis);
    await redis.adapters.admission.admit(sale.request("ada"));
    await redis.client.flushdb();
    await expectLost(sale);
    expect(await redis.adapters.loading.lastEpoch(sale.productId)).to.equal(0);
  });

  for (const key of ["epoch", "stock", "buyers", "holds", "deadlines"] as const) {
    it(`is not in service where only the key "${key}" is gone`, async () => {
      const sale = await openSale(redis);
      await redis.adapters.admission.admit(sale.request("ada"));
      expect(await redis.client.del(sale.keys[key])).to.equal(1);
      await expectLost(sale);
    });
  }

  it("is not in service where a key is gone and something of it came back without its sentinel", async () => {
    for (const key of ["buyers", "holds"] as const) {
      const sale = await openSale(redis);
      await redis.client.del(sale.keys[key]);
      await redis.client.hset(sale.keys[key], "bob", "");
      await expectLost(sale);
    }
    const sale = await openSale(redis);
    await redis.client.del(sale.keys.deadlines);
    await redis.client.zadd(sale.keys.deadlines, 1, "bob");
    await expectLost(sale);
  });

  for (const key of ["epoch", "stock", "buyers", "holds", "deadlines"] as const) {
    it(`is not in service where the key "${key}" is of another type, and can be loaded again`, async () => {
      const sale = await openSale(redis);
      const { adapters, client } = redis;
      const terms = await adapters.inventory.status(sale.productId, 1);
      await client.del(sale.keys[key]);
      await client.rpush(sale.keys[key], "somebody's list");
      await expectLost(sale);
      expect(await adapters.loading.lastEpoch(sale.productId)).to.equal(key === "epoch" ? 0 : 1);
      if (terms) expect(await adapters.loading.load(sale.productId, 2, terms, 0)).to.equal("loaded");
      expect((await adapters.inventory.status(sale.productId, 2))?.available).to.equal(10);
    });
  }

  it("takes an epoch that is no number for none, and can be loaded again", async () => {
    const sale = await openSale(redis);
    const terms = await redis.adapters.inventory.status(sale.productId, 1);
    await redis.client.set(sale.keys.epoch, "one");
    await expectLost(sale);
    expect(await redis.adapters.loading.lastEpoch(sale.productId)).to.equal(0);
    if (terms) expect(await redis.adapters.loading.load(sale.productId, 2, terms, 0)).to.equal("loaded");
  });

  it("ends holds whose locks are of another type, and leaves those alone", async () => {
    const sale = await openSale(redis);
    const { adapters, client } = redis;
    const held = ["ada", "bob"].map((userId) => ({ userId, lock: lockKey(purchaseLock(sale.productId, 1, userId)) }));
    const [ada, bob] = await Promise.all(
      held.map(async ({ userId, lock }) => {
        const answer = await adapters.admission.admit(sale.request(userId));
        if (answer.kind !== "held") throw new Error(answer.kind);
        await client.del(lock);
        await client.rpush(lock, "somebody's list");
        return answer.reservation;
      }),
    );
    if (ada) await adapters.admission.confirm(sale.productId, 1, [ada]);
    if (bob) await adapters.admission.release(sale.productId, 1, [bob]);
    const { available, held: units, purchased } = (await adapters.inventory.status(sale.productId, 1)) ?? {};
    expect({ available, units, purchased }).to.deep.equal({ available: 9, units: 0, purchased: 1 });
    expect(await client.exists(...held.map(({ lock }) => lock))).to.equal(2);
  });

  it("takes a lock of another type for none", async () => {
    const name = ["housekeeping", randomUUID()] as const;
    await redis.client.rpush(lockKey(name), "somebody's list");
    await redis.adapters.locks.release(name, "ada");
    expect(await redis.adapters.locks.acquire(name, "ada", 1_000)).to.equal(true);
    expect(await redis.client.get(lockKey(name)), "the owner").to.equal("ada");
    expect(await redis.adapters.locks.acquire(name, "bob", 1_000)).to.equal(false);
  });

  it("is not in service where a counter is gone or no number", async () => {
    for (const damage of [
      (sale: Sale) => redis.client.hdel(sale.keys.stock, "available"),
      (sale: Sale) => redis.client.hset(sale.keys.stock, "held", "-1"),
      (sale: Sale) => redis.client.hset(sale.keys.stock, "purchased", "1.5"),
    ]) {
      const sale = await openSale(redis);
      await damage(sale);
      await expectLost(sale);
    }
  });

  it("is not in service where an old state came back under the same epoch: it was loaded in another replication history", async () => {
    const sale = await openSale(redis);
    const replid = await redis.client.hget(sale.keys.stock, "replid");
    expect(replid).to.match(/^[0-9a-f]{40}$/);
    expect(await redis.client.info("replication")).to.contain(`master_replid:${replid}`);
    const held = await redis.adapters.admission.admit(sale.request("ada"));
    await redis.client.hset(sale.keys.stock, "replid", "0".repeat(40));
    await expectLost(sale, held.kind === "held" ? [held.reservation] : []);
  });

  it("is in service where scripts may not ask for the replication history, as some managed servers have it", async () => {
    await redis.client.call("ACL", "SETUSER", "managed", "on", ">secret", "~*", "&*", "+@all", "-info");
    const url = new URL(redisUrl());
    [url.username, url.password] = ["managed", "secret"];
    const managed = await openRedis({ url: url.href, redis: { db: 9, enableReadyCheck: false } });
    try {
      const sale = await openSale(managed);
      expect(await redis.client.hget(sale.keys.stock, "replid")).to.equal("");
      expect((await managed.adapters.admission.admit(sale.request("ada"))).kind).to.equal("held");
    } finally {
      await managed.close();
      await redis.client.call("ACL", "DELUSER", "managed");
    }
  });

  it("is put in service again by the next epoch, whatever is left of the old one", async () => {
    const sale = await openSale(redis);
    const { adapters, client } = redis;
    await client.del(sale.keys.epoch);
    const { saleStartAtMs, saleEndAtMs } = { saleStartAtMs: 0, saleEndAtMs: 253_402_300_799_999 };
    const terms = { totalQuantity: 10, priceMinor: 1, perUserLimit: 1, revision: 0, saleStartAtMs, saleEndAtMs };
    expect(await adapters.loading.load(sale.productId, 1, terms, 0)).to.equal("loaded");
    expect((await adapters.inventory.status(sale.productId, 1))?.available).to.equal(10);
    expect(await adapters.loading.load(sale.productId, 2, terms, 0)).to.equal("loaded");
    expect((await adapters.inventory.status(sale.productId, 2))?.available).to.equal(10);
  });

  it("takes nothing over from a life of the same number, as a database that was restored may give it again", async () => {
    const sale = await openSale(redis);
    const fresh = await openSale(redis, { taught: false });
    const { adapters, client } = redis;
    const terms = await adapters.inventory.status(sale.productId, 1);
    const [bob] = [
      await adapters.admission.admit(sale.request("bob")),
      await adapters.admission.admit(sale.request("ada")),
    ];
    if (bob.kind === "held") await adapters.admission.confirm(sale.productId, 1, [bob.reservation]);
    await client.del(sale.keys.epoch);
    if (terms) expect(await adapters.loading.load(sale.productId, 1, terms, 1)).to.equal("loaded");
    for (const key of ["buyers", "holds", "deadlines"] as const)
      expect(await client.dumpBuffer(sale.keys[key]), key).to.deep.equal(await client.dumpBuffer(fresh.keys[key]));
  });

  it("keeps no key of an old life once a new one is in service", async () => {
    const sale = await openSale(redis);
    const { adapters, client } = redis;
    const terms = await adapters.inventory.status(sale.productId, 1);
    expect(terms).not.to.equal(null);
    if (terms) await adapters.loading.load(sale.productId, 2, terms, 0);
    const { stock, buyers, holds, deadlines } = sale.keys;
    // Sent behind the load on the same connection.
    expect(await client.exists(stock, buyers, holds, deadlines)).to.equal(0);
  });
});
