import { randomUUID } from "node:crypto";
import { StoreUnavailable, type Announcement } from "@flash-sale/core";
import { expect } from "chai";
import { connectRedis, type ConnectedRedis } from "#src/index.js";
import { until } from "./servers.js";
import { startCluster, startSentinel, type Topology } from "./topologies.js";

const LOCK_TTL_MS = 10_000;

/** Puts 10 units on sale, 2 a buyer. */
async function openProduct({ loading }: ConnectedRedis, productId: string = randomUUID(), epoch = 1) {
  const terms = { totalQuantity: 10, priceMinor: 1, perUserLimit: 2, revision: 0 };
  const window = { saleStartAtMs: 0, saleEndAtMs: Date.now() + 3_600_000 };
  expect(await loading.load(productId, epoch, { ...terms, ...window }, 0)).to.equal("loaded");
  await loading.finishTeaching(productId, epoch);
  return productId;
}

const request = (productId: string, userId: string, epoch = 1) => ({
  ...{ productId, userId, epoch, reservationId: randomUUID() },
  ...{ quantity: 1, fingerprint: "1", expectedPriceMinor: null },
});

/** One unit is bought, one order cancelled, one unit withheld: each of them a script on keys of its own, locks and all. */
async function trade(redis: ConnectedRedis, productId: string): Promise<void> {
  const { admission, inventory, inventoryChanges } = redis;
  const answers = await Promise.all(["ada", "bob"].map((userId) => admission.admit(request(productId, userId))));
  const held = answers.flatMap((answer) => (answer.kind === "held" ? [answer.reservation] : []));
  await admission.confirm(productId, 1, held);
  const [{ id, userId, quantity: units } = { id: "", userId: "", quantity: 0 }] = held;
  const cancelled = await inventoryChanges.apply(1, { kind: "cancel", id, productId, revision: 1, userId, units });
  expect(cancelled).to.deep.equal({ kind: "applied", before: 8, after: 9 });
  await inventoryChanges.withhold({ productId, epoch: 1, revision: 1, changeId: randomUUID(), units: 1 });
  const known = await inventory.buyers(productId, 1, ["ada", "eve"]);
  expect(known).to.deep.equal([
    { orders: [{ id, units: 0 }], holds: null },
    { orders: null, holds: null },
  ]);
  expect(await inventory.status(productId, 1)).to.include({ available: 8, held: 1, purchased: 1 });
}

/** What `here` hears of what `there` publishes, again and again until it does: a subscription takes a moment. */
async function expectHeard(here: ConnectedRedis, there: ConnectedRedis): Promise<void> {
  const announcement: Announcement = { kind: "changed", productId: randomUUID(), epoch: 1 };
  const heard: Announcement[] = [];
  const stop = here.announcements.subscribe((one) => {
    if (one.productId === announcement.productId) heard.push(one);
  });
  await until("an announcement is heard", async () => {
    await there.announcements.publish(announcement);
    return heard.length > 0;
  });
  stop();
  expect(heard[0]).to.deep.equal(announcement);
}

async function faultOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (fault: unknown) => fault,
  );
}

/** Two processes' connections, to servers that are started before all tests and stopped after them. */
function onServers(start: () => Promise<Topology>) {
  const opened: { servers?: Topology; here?: ConnectedRedis; there?: ConnectedRedis } = {};
  before(async () => {
    const servers = await start();
    opened.servers = servers;
    const { address } = servers;
    opened.here = connectRedis({ address, lockTtlMs: LOCK_TTL_MS });
    opened.there = connectRedis({ address, lockTtlMs: LOCK_TTL_MS });
    await Promise.all([opened.here.ready(), opened.there.ready()]);
  });
  after(async () => {
    await Promise.all([opened.here?.close(), opened.there?.close()]);
    await opened.servers?.[Symbol.asyncDispose]();
  });
  return () => {
    const { servers, here, there } = opened;
    if (!servers || !here || !there) throw new Error("the servers are not there");
    return { servers, here, there };
  };
}

/** Names whose slots are all over a cluster, the same in every run. */
const spread = (name: string) => Array.from({ length: 12 }, (_, index) => `${name}-${index}`);

describe("a Redis Cluster", function () {
  this.timeout(20_000);
  const opened = onServers(startCluster);

  it("sells on each of its nodes, every product on one of them", async () => {
    const { servers, here } = opened();
    const products = spread("product");
    await Promise.all(products.map((productId) => openProduct(here, productId)));
    await Promise.all(products.map((productId) => trade(here, productId)));
    const sizes = await Promise.all(servers.ports.map((port) => servers.ask(port, "DBSIZE")));
    expect(
      sizes.every((size) => Number(size) > 0),
      `keys on the nodes: ${sizes.join(", ")}`,
    ).to.equal(true);
  });

  it("tells what another process announces, whichever node it was told", async () => {
    const { here, there } = opened();
    await expectHeard(here, there);
    await expectHeard(there, here);
  });

  it("sends nothing twice: a command under way when its connection breaks is nobody knows what", async () => {
    const { servers, here } = opened();
    const productId = await openProduct(here);
    await here.admission.admit(request(productId, "ada"));
    for (const port of servers.ports) await servers.ask(port, "CLIENT", "PAUSE", "2000", "WRITE");
    const waiting = faultOf(here.admission.admit(request(productId, "bob")));
    await until("the command waits", async () => {
      const clients = await Promise.all(servers.ports.map((port) => servers.ask(port, "CLIENT", "LIST")));
      return clients.join().includes("flags=b");
    });
    for (const port of servers.ports) await servers.ask(port, "CLIENT", "KILL", "TYPE", "normal");
    for (const port of servers.ports) await servers.ask(port, "CLIENT", "UNPAUSE");
    const fault = await waiting;
    expect(fault).to.be.instanceOf(StoreUnavailable).and.to.include({ store: "inventory", effect: "unknown" });
    await until("the connections are back", async () => {
      const status = await here.inventory.status(productId, 1);
      expect(status).to.include({ available: 9, held: 1 });
      return true;
    });
    await expectHeard(here, opened().there);
  });

  it("is examined master by master", async () => {
    const { servers, here } = opened();
    await servers.ask(servers.ports[2] ?? 0, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", "maxmemory", "100mb");
    const facts = await here.examine();
    expect(facts.maxmemoryPolicy?.split(", ")).to.have.members(["noeviction", "allkeys-lru"]);
    expect(facts).to.include({ role: "master", maxmemory: 0, appendonly: "no", save: "", infoInScripts: true });
  });

  it("goes on selling what is on the other nodes when one is gone", async () => {
    const { servers, here } = opened();
    const products = await Promise.all(spread("another").map((productId) => openProduct(here, productId)));
    await servers.ask(servers.ports[2] ?? 0, "SHUTDOWN", "NOSAVE").catch(() => undefined);
    const outcomes = await Promise.allSettled(
      products.map((productId) => here.admission.admit(request(productId, "ada"))),
    );
    const held = outcomes.filter((outcome) => outcome.status === "fulfilled" && outcome.value.kind === "held");
    const faults = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    expect(held.length, "held").to.be.greaterThan(0);
    expect(faults.length, "faults").to.equal(products.length - held.length);
    for (const fault of faults) expect(fault).to.be.instanceOf(StoreUnavailable);
  });
});

describe("a Redis behind a Sentinel", function () {
  this.timeout(20_000);
  const opened = onServers(startSentinel);

  it("sells on the master, and tells what another process announces", async () => {
    const { here, there } = opened();
    await trade(here, await openProduct(here));
    await expectHeard(here, there);
    expect(await here.examine()).to.include({ role: "master", infoInScripts: true });
  });

  it("leads to the new master after a failover, where nothing is in service until it is loaded anew", async () => {
    const { servers, here, there } = opened();
    const productId = await openProduct(here);
    await until("the Sentinel trusts the replica", async () => {
      await servers.ask(servers.ports[2] ?? 0, "SENTINEL", "FAILOVER", "the-sale");
      return true;
    });
    await until("the replica is the master that answers", async () => {
      const replica = String(await servers.ask(servers.ports[1] ?? 0, "INFO", "replication"));
      return replica.includes("role:master") && (await here.inventory.status(productId, 1)) === null;
    });
    await until("a new life is loaded", async () => {
      await openProduct(here, productId, 2);
      return true;
    });
    expect((await here.admission.admit(request(productId, "ada", 2))).kind).to.equal("held");
    await expectHeard(here, there);
  });
});
