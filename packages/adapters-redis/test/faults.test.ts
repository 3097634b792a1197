import { randomUUID } from "node:crypto";
import { StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import { spy, stub } from "sinon";
import { createRedisAnnouncements } from "#src/announcements.js";
import { connectRedis, type RedisAddress } from "#src/index.js";
import { createRedisLoading } from "#src/loading.js";
import { loadScripts } from "#src/script.js";
import { openProxy } from "./proxy.js";
import { openRedis, redisUrl, type TestRedis } from "./redis.js";
import { openSale } from "./sale.js";

async function faultOf(work: Promise<unknown>): Promise<StoreUnavailable> {
  try {
    await work;
  } catch (fault) {
    if (fault instanceof StoreUnavailable) return fault;
    throw fault;
  }
  throw new Error("expected a fault");
}

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("not within five seconds");
}

describe("faults of Redis and of the way to it", function () {
  this.timeout(20_000);
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await openRedis();
  });
  afterEach(() => redis.close());

  it("are told to a teacher of many buyers once, however many lessons fail", async () => {
    // At once: while later lessons are being written, nobody listens to the first one yet. Were it nobody's, it would end the process.
    const run = () => Promise.reject(new StoreUnavailable("inventory", "none"));
    const loading = createRedisLoading(redis.client, run, loadScripts());
    const buyers = Array.from({ length: 1_000 }, (_, n) => ({ userId: `u${n}`, orders: [] }));
    const nobodys = spy();
    process.on("unhandledRejection", nobodys);
    try {
      await faultOf(loading.teach(randomUUID(), 1, 0, buyers));
      expect(nobodys.callCount).to.equal(0);
    } finally {
      process.off("unhandledRejection", nobodys);
    }
  });

  it("survives SCRIPT FLUSH between two holds", async () => {
    const sale = await openSale(redis);
    const { admission } = redis.adapters;
    expect((await admission.admit(sale.request("ada"))).kind).to.equal("held");
    await redis.client.script("FLUSH");
    expect((await admission.admit(sale.request("bob"))).kind).to.equal("held");
    await redis.client.script("FLUSH");
    const answers = await Promise.all(["eve", "mia", "zoe"].map((userId) => admission.admit(sale.request(userId))));
    expect(answers.map(({ kind }) => kind)).to.deep.equal(["held", "held", "held"]);
  });

  it("says unknown where the connection breaks with a command under way, and the repetition finds what happened", async () => {
    const sale = await openSale(redis);
    const proxy = await openProxy();
    const far = await openRedis({ url: proxy.url });
    try {
      // The script is known there, so that what is lost is the reply to the hold itself.
      const request = sale.request("ada");
      await far.adapters.admission.admit(sale.request("bob"));
      proxy.replies = "cut";
      const { store, effect } = await faultOf(far.adapters.admission.admit(request));
      expect({ store, effect }).to.deep.equal({ store: "inventory", effect: "unknown" });
      expect((await redis.adapters.admission.admit(request)).kind).to.equal("already-held");
    } finally {
      await far.close();
      await proxy.close();
    }
  });

  it("says unknown where no reply comes in time", async () => {
    const sale = await openSale(redis);
    const proxy = await openProxy();
    const far = await openRedis({ url: proxy.url, redis: { commandTimeout: 100 } });
    try {
      proxy.replies = "swallow";
      expect((await faultOf(far.adapters.admission.admit(sale.request("ada")))).effect).to.equal("unknown");
      expect((await faultOf(far.adapters.loading.lastEpoch(sale.productId))).effect).to.equal("unknown");
    } finally {
      await far.close();
      await proxy.close();
    }
  });

  it("says that nothing happened, at once, while there is no connection, and goes on when there is one", async () => {
    const sale = await openSale(redis);
    const proxy = await openProxy();
    const connected = connectRedis({ address: { kind: "server", url: proxy.url }, lockTtlMs: 1_000 });
    try {
      expect((await faultOf(connected.admission.admit(sale.request("ada")))).effect, "before it is connected").to.equal(
        "none",
      );
      await connected.ready();
      expect((await connected.admission.admit(sale.request("ada"))).kind).to.equal("held");

      const heard: unknown[] = [];
      connected.announcements.subscribe((announcement) => heard.push(announcement));
      proxy.cut();
      await connected.ready().catch(() => connected.ready());
      expect((await connected.admission.admit(sale.request("bob"))).kind).to.equal("held");
      const announcement = { kind: "sold-out", productId: sale.productId, epoch: 1 } as const;
      // The subscriber may take a moment longer to be back.
      for (let attempt = 0; heard.length === 0 && attempt < 500; attempt += 1) {
        await redis.adapters.announcements.publish(announcement);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(heard[0]).to.deep.equal(announcement);
    } finally {
      await connected.close();
      await proxy.close();
    }
    expect((await faultOf(connected.admission.admit(sale.request("eve")))).effect, "after it was closed").to.equal(
      "none",
    );
  });

  it("subscribes again where the connection breaks while it does so, and nothing goes unheard", async () => {
    const proxy = await openProxy();
    const connected = connectRedis({ address: { kind: "server", url: proxy.url }, lockTtlMs: 1_000 });
    const unheard: unknown[] = [];
    const note = (fault: unknown) => unheard.push(fault);
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
      const heard: unknown[] = [];
      connected.announcements.subscribe((announcement) => heard.push(announcement));
      const announcement = { kind: "sold-out", productId: randomUUID(), epoch: 1 } as const;
      const isHeard = async (): Promise<boolean> => {
        await redis.adapters.announcements.publish(announcement);
        return heard.length > 0;
      };
      await connected.ready();
      await eventually(isHeard);
      proxy.cutsAt = "subscribe";
      proxy.cut();
      await eventually(() => proxy.cuts >= 2);
      proxy.cutsAt = null;
      heard.length = 0;
      await eventually(isHeard);
      expect(unheard).to.deep.equal([]);
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", listener);
      await connected.close();
      await proxy.close();
    }
  });

  it("subscribes again where that failed while the connection stands, as in a cluster that loses one node", async () => {
    const subscriber = redis.subscriber.duplicate();
    await subscriber.connect();
    const subscribe = stub(subscriber, "subscribe").callThrough();
    subscribe.onFirstCall().rejects(new Error("Connection is closed."));
    const announcements = createRedisAnnouncements(redis.client, subscriber);
    try {
      const heard: string[] = [];
      announcements.subscribe(({ productId }) => heard.push(productId));
      for (let attempt = 0; heard.length === 0 && attempt < 500; attempt += 1) {
        await announcements.publish({ kind: "changed", productId: "heard", epoch: 1 });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(heard[0]).to.equal("heard");
    } finally {
      await announcements.close();
      subscriber.disconnect();
    }
  });

  it("says who is missing where nobody answers at the address, or not what was expected", async () => {
    const proxy = await openProxy();
    await proxy.close();
    const { hostname, port, password } = new URL(redisUrl());
    const nodes = [{ host: hostname, port: Number(port || "6379") }];
    const causeAt = async (address: RedisAddress): Promise<unknown> => {
      const connected = connectRedis({ address, lockTtlMs: 1_000 });
      try {
        const { store, effect, cause } = await faultOf(connected.ready());
        expect({ store, effect }).to.deep.equal({ store: "inventory", effect: "none" });
        return cause;
      } finally {
        await connected.close();
      }
    };
    const [nobody, noCluster, noSentinel] = await Promise.all([
      causeAt({ kind: "server", url: proxy.url }),
      causeAt({ kind: "cluster", nodes, ...(password !== "" && { password }) }),
      causeAt({ kind: "sentinel", sentinels: nodes, name: "the-sale", ...(password !== "" && { password }) }),
    ]);
    expect(nobody).to.be.instanceOf(Error);
    expect(noCluster).to.have.property("message").that.contains("cluster support disabled");
    expect(noSentinel).to.have.property("message").that.contains("sentinels are unreachable");
  });

  it("refuses and changes nothing when memory is full; confirm, release and what the ledger changed still work", async () => {
    const sale = await openSale(redis);
    const untaught = await openSale(redis, { taught: false });
    const { admission, inventory, inventoryChanges, loading } = redis.adapters;
    const { productId } = sale;
    const kept = await admission.admit(sale.request("ada"));
    const ended = await admission.admit(sale.request("bob"));
    const cancelled = await admission.admit(sale.request("kim"));
    const before = await sale.dump();
    const terms = { totalQuantity: 1, priceMinor: 1, perUserLimit: 1, revision: 0, saleStartAtMs: 0, saleEndAtMs: 1 };
    const configured = await redis.client.config("GET", "maxmemory");
    const limit = Array.isArray(configured) ? String(configured[1]) : "0";
    // The server's memory is every test's: full for as short as can be.
    await redis.client.config("SET", "maxmemory", "1");
    try {
      for (const work of [
        () => admission.admit(sale.request("eve")),
        () => inventory.hold(sale.request("mia"), "granted"),
        () => loading.teach(untaught.productId, 1, 0, [{ userId: "zoe", orders: [] }]),
        () => loading.load(sale.productId, 2, terms, 0),
        () => inventoryChanges.withhold({ productId, epoch: 1, revision: 0, changeId: "change", units: 1 }),
      ]) {
        expect((await faultOf(work())).effect).to.equal("none");
      }
      expect(await sale.dump()).to.deep.equal(before);
      expect(await redis.adapters.loading.lastEpoch(sale.productId)).to.equal(1);
      if (kept.kind === "held") await admission.confirm(sale.productId, 1, [kept.reservation]);
      if (ended.kind === "held") await admission.release(sale.productId, 1, [ended.reservation]);
      if (cancelled.kind === "held") {
        const { id, userId, quantity: units } = cancelled.reservation;
        const cancel = { kind: "cancel", id, productId, userId, units } as const;
        expect((await inventoryChanges.apply(1, { ...cancel, revision: 1 })).kind).to.equal("applied");
        const bought = { ...cancel, id: kept.kind === "held" ? kept.reservation.id : "", userId: "ada" };
        expect((await inventoryChanges.apply(1, { ...bought, revision: 2 })).kind).to.equal("applied");
      }
      const change = {
        kind: "terms",
        id: "change",
        productId,
        revision: 3,
        terms: { ...terms, totalQuantity: 9 },
      } as const;
      expect((await inventoryChanges.apply(1, change)).kind).to.equal("applied");
    } finally {
      await redis.client.config("SET", "maxmemory", limit);
    }
    const { available, held, purchased } = (await inventory.status(sale.productId, 1)) ?? {};
    expect({ available, held, purchased }).to.deep.equal({ available: 9, held: 0, purchased: 0 });
  });

  it("throws an error of Redis that is neither the connection's nor the server's state as it is", async () => {
    const sale = await openSale(redis);
    const wrong = loadScripts((file, text) => (file === "status.lua" ? "return redis.call('LLEN', KEYS[2])" : text));
    const mistaken = await openRedis({ scripts: wrong });
    const thrown: unknown = await mistaken.adapters.inventory
      .status(sale.productId, 1)
      .catch((fault: unknown) => fault);
    await mistaken.close();
    expect(thrown).to.be.instanceOf(Error).and.not.instanceOf(StoreUnavailable);
  });
});
