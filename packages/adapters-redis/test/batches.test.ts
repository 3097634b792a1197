import { expect } from "chai";
import { spy } from "sinon";
import { createRedisAdapters } from "#src/adapters.js";
import type { OnCall } from "#src/client.js";
import { keyList, lockKey } from "#src/keys.js";
import { encodeId } from "#src/records.js";
import { openRedis, type TestRedis } from "./redis.js";
import { openSale } from "./sale.js";

describe("what one tick asks, one call answers", () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await openRedis({ lockTtlMs: 60_000 });
  });
  afterEach(() => redis.close());

  it("admits 200 buyers of one tick for 10 units in two calls, and confirms them in one", async () => {
    const sale = await openSale(redis);
    const { admission } = redis.adapters;
    await admission.admit(sale.request("first", { epoch: 9 }));
    await admission.confirm(sale.productId, 9, []);
    const evalsha = spy(redis.client, "evalsha");
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => admission.admit(sale.request(`buyer-${index}`))),
    );
    expect(evalsha.callCount, "calls for 200 buyers").to.equal(2);

    const held = answers.flatMap((answer) => (answer.kind === "held" ? [answer.reservation] : []));
    const refused = answers.flatMap((answer) => (answer.kind === "refused" ? [answer.reason] : []));
    expect(held).to.have.length(10);
    expect(refused)
      .to.have.length(190)
      .and.to.satisfy((reasons: string[]) => reasons.every((reason) => reason === "sold-out"));
    expect(
      held.map(({ userId }) => userId),
      "first come, first served",
    ).to.deep.equal(Array.from({ length: 10 }, (_, index) => `buyer-${index}`));

    evalsha.resetHistory();
    const confirmed = admission.confirm(sale.productId, 1, held);
    expect(evalsha.callCount, "sent at once, before any buyer can be answered").to.equal(1);
    await confirmed;
    expect(evalsha.callCount, "calls for 10 confirms").to.equal(1);
    const status = await redis.adapters.inventory.status(sale.productId, 1);
    expect(status).to.include({ available: 0, held: 0, purchased: 10 });
  });

  it("are told of as one call, with its answer", async () => {
    const calls: [string, Promise<unknown>][] = [];
    const { client, subscriber } = redis;
    const onCall: OnCall = (script, answer) => void calls.push([script, answer]);
    const adapters = createRedisAdapters({ client, subscriber, lockTtlMs: 60_000, onCall });
    const sale = await openSale(redis);
    const answers = await Promise.all(["ada", "bob"].map((user) => adapters.admission.admit(sale.request(user))));
    const held = answers.flatMap((answer) => (answer.kind === "held" ? [answer.reservation] : []));
    await adapters.admission.confirm(sale.productId, 1, held);
    expect(calls.map(([script]) => script)).to.deep.equal(["hold", "confirm"]);
    expect(await calls[0]?.[1]).to.include("in-service");
  });

  it("keeps products, epochs and both ways in apart", async () => {
    const [one, two] = [await openSale(redis), await openSale(redis)];
    const { admission, inventory } = redis.adapters;
    const answers = await Promise.all([
      admission.admit(one.request("ada")),
      admission.admit(two.request("ada")),
      admission.admit(one.request("bob", { epoch: 2 })),
      inventory.hold(one.request("eve"), "taken"),
      inventory.hold(one.request("mia"), "granted"),
    ]);
    expect(answers.map((answer) => (answer.kind === "refused" ? answer.reason : answer.kind))).to.deep.equal([
      "held",
      "held",
      "not-in-service",
      "in-progress",
      "held",
    ]);
  });

  it("answers one by one where one buyer, or one id, is in a tick several times", async () => {
    const sale = await openSale(redis, { total: 3 });
    const { admission } = redis.adapters;
    const ada = sale.request("ada", { quantity: 2 });
    const bob = sale.request("bob");
    const answers = await Promise.all(
      [ada, ada, sale.request("ada"), bob, { ...bob, quantity: 2 }, sale.request("eve")].map(admission.admit),
    );
    expect(answers.map((answer) => (answer.kind === "refused" ? answer.reason : answer.kind))).to.deep.equal([
      "held",
      "already-held",
      "in-progress",
      "held",
      "already-held",
      "sold-out",
    ]);
    expect(await redis.adapters.inventory.status(sale.productId, 1)).to.include({ available: 0, held: 3 });
  });

  it("fails what cannot be asked alone, not the others of its tick", async () => {
    const sale = await openSale(redis);
    const { admission } = redis.adapters;
    const outcomes = await Promise.allSettled(
      [
        sale.request("ada"),
        sale.request("", {}),
        sale.request("bob", { reservationId: "a,b" }),
        sale.request("eve", { quantity: -1 }),
      ].map(admission.admit),
    );
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "rejected", "rejected"]);
  });

  it("takes the lock SET NX PX does: the reservation's id, with a life", async () => {
    const sale = await openSale(redis);
    const request = sale.request("a:b");
    await redis.adapters.admission.admit(request);
    const lock = lockKey([sale.productId, "1", "a:b"]);
    expect(await redis.client.get(lock)).to.equal(encodeId(request.reservationId));
    expect(await redis.client.pttl(lock)).to.be.within(1, 60_000);
  });

  it("takes for each buyer of one call the lock in the name of that buyer's own reservation", async () => {
    const sale = await openSale(redis);
    const requests = ["ada", "bob", "kim"].map((userId) => sale.request(userId));
    await Promise.all(requests.map((request) => redis.adapters.admission.admit(request)));
    const owners = requests.map(({ userId }) => redis.client.get(lockKey([sale.productId, "1", userId])));
    expect(await Promise.all(owners)).to.deep.equal(requests.map(({ reservationId }) => encodeId(reservationId)));
  });

  for (const ending of ["confirm", "release"] as const) {
    it(`lets go with each ${ending} of one call that reservation's own lock, and no other`, async () => {
      const sale = await openSale(redis);
      const { admission } = redis.adapters;
      const requests = ["ada", "bob", "kim", "eve"].map((userId) => sale.request(userId));
      const answers = await Promise.all(requests.map((request) => admission.admit(request)));
      const held = answers.flatMap((answer) => (answer.kind === "held" ? [answer.reservation] : []));
      const lockOf = (userId: string) => lockKey([sale.productId, "1", userId]);
      // Bob's expired, and is another attempt's by now; kim's is no text.
      await redis.client.set(lockOf("bob"), "another");
      await redis.client.del(lockOf("kim"));
      await redis.client.lpush(lockOf("kim"), "a list");
      await admission[ending](sale.productId, 1, held);
      const left = await Promise.all(["ada", "bob", "kim", "eve"].map((userId) => redis.client.exists(lockOf(userId))));
      expect(left).to.deep.equal([0, 1, 1, 0]);
    });
  }

  it("lets all keys of an inventory go a day after its end", async () => {
    // Which is in an hour.
    const sale = await openSale(redis);
    for (const key of keyList(sale.keys)) {
      expect(await redis.client.pttl(key), key).to.be.within(24.9 * 3_600_000, 25 * 3_600_000);
    }
  });

  it("remembers a buyer in at most 140 bytes", async function () {
    this.timeout(20_000);
    const sale = await openSale(redis, { epoch: 2, taught: false });
    const { length } = { length: 20_000 };
    const uuid = (index: number) => `0190a6f4-0000-7000-8000-${String(index).padStart(12, "0")}`;
    const buyers = Array.from({ length }, (_, index) => ({
      userId: uuid(index),
      orders: [{ id: uuid(index + length), units: 1 }],
    }));
    await redis.adapters.loading.teach(sale.productId, 2, 0, buyers);
    expect(await redis.client.hlen(sale.keys.buyers)).to.be.at.least(length);
    const bytes = await redis.client.memory("USAGE", sale.keys.buyers, "SAMPLES", 0);
    expect(Number(bytes) / length).to.be.at.most(140);
    await redis.client.unlink(sale.keys.buyers);
  });

  it("tells requests of one buyer apart in one call, by all the orders the buyer has", async () => {
    const sale = await openSale(redis, { perUserLimit: 100, total: 1_000, taught: false });
    const { admission, loading } = redis.adapters;
    const orders = Array.from({ length: 100 }, (_, index) => ({ id: `order-${index}`, units: 1 }));
    await loading.teach(sale.productId, 1, 0, [{ userId: "ada", orders }]);
    const asked = ["order-0", "new", "order-99", "newer"].map((reservationId) =>
      sale.request("ada", { reservationId }),
    );
    const [first, refused, last, again] = await Promise.all(asked.map((request) => admission.admit(request)));
    expect(first).to.deep.equal({ kind: "already-ordered", orderId: "order-0" });
    expect(last).to.deep.equal({ kind: "already-ordered", orderId: "order-99" });
    for (const answer of [refused, again]) {
      expect(answer).to.deep.include({ kind: "refused", reason: "limit-reached", orders });
    }
  });
});
