import { randomUUID } from "node:crypto";
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import pg from "pg";
import { createDatabase, untilWaiting, type TestDatabase } from "./database.js";
import { startProxy } from "./proxy.js";
import { draft, openSale, told } from "./sale.js";

describe("faults of PostgreSQL", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let session: pg.Client;
  const pools: pg.Pool[] = [];

  before(async () => {
    database = await createDatabase();
    await migrate(database.url);
    session = new pg.Client({ connectionString: database.url });
    await session.connect();
  });
  afterEach(async () => {
    await session.query("rollback");
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
  });
  after(async () => {
    await session.end();
    await database.drop();
  });

  function open(url = database.url, options: Partial<pg.PoolConfig> = {}) {
    const pool = connectPostgres({ url });
    Object.assign(pool.options, options);
    pools.push(pool);
    return createPostgresAdapters(pool);
  }

  const faultOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      (answer) => expect.fail(`answered ${JSON.stringify(answer)}`),
      (fault: unknown) => fault,
    );
  const expectUnavailable = async (work: Promise<unknown>, effect: "none" | "unknown") => {
    const fault = await faultOf(work);
    expect(fault).to.be.instanceOf(StoreUnavailable);
    expect(fault).to.include({ store: "orders", effect });
  };
  const lockLedger = async (productId: string) => {
    await session.query("begin");
    await session.query("select 1 from ledger where product_id = $1 for no key update", [productId]);
  };
  const killWaiting = () =>
    session.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
  const committed = async (productId: string) =>
    (await session.query<{ committed: number }>("select committed from ledger where product_id = $1", [productId]))
      .rows[0]?.committed;

  it("does not know how a commit ended whose session was killed; written again, it is one order", async () => {
    const adapters = open();
    const product = await openSale(adapters);
    const drafts = [draft(product), draft(product)];
    await lockLedger(product.id);
    const commit = expectUnavailable(adapters.orders.commit(product.id, 1, drafts), "unknown");
    await untilWaiting(session, 1);
    await killWaiting();
    await commit;
    await session.query("rollback");
    expect((await adapters.orders.commit(product.id, 1, drafts)).map(told)).to.deep.equal(["created 1", "created 2"]);
    expect(await committed(product.id)).to.equal(2);
  });

  it("finds the orders that stand when the answer to their commit was lost on the way", async () => {
    const proxy = await startProxy(database.url);
    try {
      const adapters = open(proxy.url);
      const product = await openSale(adapters);
      const drafts = [draft(product, { metadata: { gift: true } }), draft(product)];
      // The connections that are open know the function already: the next message is the commit itself.
      await adapters.orders.commit(product.id, 1, [draft(product)]);
      proxy.loseAnswers();
      await expectUnavailable(adapters.orders.commit(product.id, 1, drafts), "unknown");
      proxy.heal();
      const again = await adapters.orders.commit(product.id, 1, drafts);
      expect(again.map(told)).to.deep.equal(["stands 2", "stands 3"]);
      expect(again[0]).to.have.nested.property("order.metadata").that.deep.equals({ gift: true });
      expect(await committed(product.id)).to.equal(3);
    } finally {
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
      await proxy.close();
    }
  });

  it("changes and cancels once where the answers were lost on the way and all is asked again", async () => {
    const proxy = await startProxy(database.url);
    try {
      const adapters = open(proxy.url);
      const product = await openSale(adapters);
      const sold = draft(product);
      await adapters.orders.commit(product.id, 1, [sold]);
      const id = randomUUID();
      const change = () =>
        adapters.changes.change(product.id, id, { totalQuantity: 999 }, { epoch: 1, revision: 0, units: 1 });
      const cancel = () => adapters.changes.cancel(sold.id);
      for (const work of [change, cancel]) {
        // A connection that is open: the next message is the statement itself.
        await adapters.products.find(product.id);
        proxy.loseAnswers();
        await expectUnavailable(work(), "unknown");
        proxy.heal();
      }
      expect(await open().products.find(product.id)).to.include({ revision: 2, totalQuantity: 999, committed: 0 });
      expect(await change()).to.deep.equal({ kind: "changed", revision: 1 });
      expect((await cancel())?.status).to.equal("cancelled");
      expect(await adapters.products.find(product.id)).to.include({ revision: 2, totalQuantity: 999, committed: 0 });
    } finally {
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
      await proxy.close();
    }
  });

  it("certainly did nothing where no connection could be opened, or none was free", async () => {
    const nobody = new URL(database.url);
    nobody.port = "1";
    await expectUnavailable(open(nobody.href).orders.find(draft(await openSale(open())).id), "none");

    const narrow = open(database.url, { max: 1, connectionTimeoutMillis: 500 });
    const product = await openSale(open());
    await lockLedger(product.id);
    const first = narrow.orders.commit(product.id, 1, [draft(product)]);
    await untilWaiting(session, 1);
    await expectUnavailable(narrow.products.find(product.id), "none");
    await session.query("rollback");
    expect((await first).map(told)).to.deep.equal(["created 1"]);
  });

  it("certainly did nothing where the server gave up waiting, and goes on over the same connection", async () => {
    const adapters = open(database.url, { max: 1, lock_timeout: 50 });
    const product = await openSale(adapters);
    await lockLedger(product.id);
    await expectUnavailable(adapters.orders.commit(product.id, 1, [draft(product)]), "none");
    await session.query("rollback");
    expect((await adapters.orders.commit(product.id, 1, [draft(product)])).map(told)).to.deep.equal(["created 1"]);
  });

  it("closes a connection that did not answer in time, and never takes its late answer for another's", async () => {
    const adapters = open(database.url, { max: 1, query_timeout: 300 });
    const product = await openSale(adapters);
    const one = draft(product);
    await lockLedger(product.id);
    await expectUnavailable(adapters.orders.commit(product.id, 1, [one]), "unknown");
    expect((await adapters.products.find(product.id))?.id).to.equal(product.id);
    await session.query("rollback");
    const [answer] = await adapters.orders.commit(product.id, 1, [one]);
    expect(answer).to.have.nested.property("order.id", one.id);
    expect(await committed(product.id)).to.equal(1);
  });

  it("rejects a batch with a row that cannot be kept, and writes none of it", async () => {
    const adapters = open();
    const product = await openSale(adapters);
    const poison = [
      draft(product, { userId: "nul\0" }),
      draft(product, { metadata: { note: "nul\0" } }),
      draft(product, { metadata: { note: "\ud800" } }),
      draft(product, { quantity: 2 ** 31 }),
      draft(product, { quantity: 0 }),
      draft(product, { id: "no uuid" }),
      draft(product, { currency: "EUR" }),
    ];
    for (const one of poison) {
      const fault = await faultOf(adapters.orders.commit(product.id, 1, [draft(product), one]));
      expect(fault, JSON.stringify(one)).to.be.instanceOf(StoreRejected);
    }
    expect(await committed(product.id)).to.equal(0);
    expect((await adapters.orders.commit(product.id, 1, [draft(product)])).map(told)).to.deep.equal(["created 1"]);
  });

  it("rejects a list of products of which one cannot be kept, and creates none of them", async () => {
    const { products, ...adapters } = open();
    const product = await openSale({ products, ...adapters });
    const another = () => ({ ...product, id: randomUUID() });
    const poison = [
      { ...another(), name: "nul\0" },
      { ...another(), totalQuantity: 2 ** 31 },
      { ...another(), saleEndAtMs: product.saleStartAtMs },
      { ...another(), priceMinor: -1 },
      { ...another(), id: "no uuid" },
    ];
    for (const one of poison) {
      const list = [another(), one, another()];
      expect(await faultOf(products.create(list)), JSON.stringify(one)).to.be.instanceOf(StoreRejected);
      expect(await Promise.all(list.map(({ id }) => products.find(id)))).to.deep.equal([null, null, null]);
    }
  });

  it("rejects a change that cannot be kept, and makes none of it", async () => {
    const { changes, products, orders } = open();
    const product = await openSale({ products, orders });
    const poison = [{ name: "nul\0" }, { totalQuantity: 2 ** 31 }, { priceMinor: -1 }, { perUserLimit: 0 }];
    for (const edit of poison) {
      const change = changes.change(product.id, randomUUID(), { description: "New", ...edit }, null);
      expect(await faultOf(change), JSON.stringify(edit)).to.be.instanceOf(StoreRejected);
    }
    expect(await products.find(product.id)).to.deep.equal(product);
    expect(await changes.after(product.id, 0, 9)).to.deep.equal([]);
  });

  it("rejects orders of a product that is not there", async () => {
    const { orders } = open();
    const nowhere = { ...(await openSale(open())), id: draft(await openSale(open())).id };
    expect(await faultOf(orders.commit(nowhere.id, 1, [draft(nowhere)]))).to.be.instanceOf(StoreRejected);
    expect(await faultOf(orders.void(nowhere.id, [draft(nowhere)]))).to.be.instanceOf(StoreRejected);
  });

  it("ends the work under the ledger's lock at once when its session is killed, and nothing of it stands", async () => {
    const adapters = open();
    const product = await openSale(adapters);
    const work = adapters.orders.withLedger(product.id, async (ledger) => {
      await ledger.moveEpoch(2);
      await session.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
      );
      return new Promise<never>(() => undefined);
    });
    await expectUnavailable(work, "none");
    expect((await adapters.products.find(product.id))?.epoch).to.equal(1);
  });

  it("loses the ledger's lock after a second while its process stands still", async () => {
    const adapters = open();
    const product = await openSale(adapters);
    await adapters.orders.commit(product.id, 1, [draft(product)]);
    const work = adapters.orders.withLedger(product.id, async (ledger) => {
      await ledger.moveEpoch(2);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    });
    await expectUnavailable(work, "none");
    expect((await adapters.orders.commit(product.id, 1, [draft(product)])).map(told)).to.deep.equal(["created 2"]);
  });

  it("never moves the epoch back", async () => {
    const { orders, products } = open();
    const product = await openSale({ orders, products });
    expect(await faultOf(orders.withLedger(product.id, (ledger) => ledger.moveEpoch(1)))).to.be.instanceOf(
      StoreRejected,
    );
  });

  it("does not call work done whose failed statement was overlooked", async () => {
    const { orders, products } = open();
    const product = await openSale({ orders, products });
    const work = orders.withLedger(product.id, async (ledger) => {
      await ledger.moveEpoch(2);
      await ledger.confirmed(["no uuid"]).catch(() => undefined);
    });
    await expectUnavailable(work, "none");
    expect((await products.find(product.id))?.epoch).to.equal(1);
  });
});
