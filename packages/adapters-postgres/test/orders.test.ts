import { randomUUID } from "node:crypto";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import pg from "pg";
import { connected, openDatabase, untilWaiting, type OpenDatabase } from "./database.js";
import { draft, openSale, told } from "./sale.js";

/** A row that somebody writes who has not asked for the ledger's lock. */
const BESIDE_THE_LOCK = `insert into orders
    (product_id, id, user_id, status, quantity, price_minor, currency, fingerprint, admitted_at)
  values ($1, $2, $3, 'void', 1, 1, 'USD', '1', now())`;

/** SQLSTATE of what PostgreSQL answered. */
const codeOf = (fault: unknown): unknown =>
  fault instanceof Error && fault.cause instanceof pg.DatabaseError ? fault.cause.code : fault;

describe("orders in PostgreSQL", function () {
  this.timeout(30_000);
  let database: OpenDatabase;
  let pool: pg.Pool;
  let adapters: OpenDatabase["adapters"];

  before(async () => {
    database = await openDatabase();
    ({ pool, adapters } = database);
  });
  after(() => database.close());

  it("refuses to read a number that JavaScript cannot hold", async () => {
    const product = await openSale(adapters);
    const one = draft(product);
    await adapters.orders.commit(product.id, 1, [one]);
    await pool.query("update orders set price_minor = 9007199254740993 where product_id = $1", [product.id]);
    for (const read of [adapters.orders.find(one.id), adapters.orders.commit(product.id, 1, [one])]) {
      const fault: unknown = await read.catch((fault: unknown) => fault);
      expect(fault).to.be.instanceOf(TypeError).with.property("message").that.contains("price_minor");
    }
  });

  it("answers null or none for what is no id at all", async () => {
    expect(await adapters.orders.find("no uuid")).to.equal(null);
    expect(await adapters.products.find("no uuid")).to.equal(null);
    expect(await adapters.orders.withLedger("no uuid", () => Promise.resolve(1))).to.equal(null);
    expect(await adapters.changes.change("no uuid", randomUUID(), { name: "Other" }, null)).to.equal(null);
    expect(await adapters.changes.cancel("no uuid")).to.equal(null);
    expect(await adapters.changes.after("no uuid", 0, 9)).to.deep.equal([]);
    expect(await adapters.orderPages.search({ productId: "no uuid", userId: null }, null, 9)).to.deep.equal([]);
  });

  it("says of a product that is not there that it has no ledger", async () => {
    const nowhere = { id: randomUUID(), priceMinor: 1, currency: "USD" };
    for (const ask of [
      () => adapters.orders.commit(nowhere.id, 1, [draft(nowhere)]),
      () => adapters.orders.void(nowhere.id, [draft(nowhere)]),
    ]) {
      const fault: unknown = await ask().catch((fault: unknown) => fault);
      expect(fault).to.be.instanceOf(StoreRejected);
      expect(codeOf(fault)).to.equal("23503");
    }
  });

  it("takes no notice of another product's void, also where a batch is decided one by one", async () => {
    const [here, elsewhere] = [await openSale(adapters, { perUserLimit: 1 }), await openSale(adapters)];
    const ended = draft(elsewhere);
    await adapters.orders.void(elsewhere.id, [ended]);
    const answers = await adapters.orders.commit(here.id, 1, [
      { ...draft(here), id: ended.id },
      draft(here, { quantity: 2 }),
    ]);
    expect(answers.map(told)).to.deep.equal(["created 1", "void limit"]);
  });

  it("leaves the ledger's row untouched where all that was asked stands", async () => {
    const product = await openSale(adapters);
    const standing = [draft(product), draft(product)];
    await adapters.orders.commit(product.id, 1, standing);
    const version = async (): Promise<unknown> =>
      (await pool.query<{ ctid: string }>("select ctid from ledger where product_id = $1", [product.id])).rows;
    const before = await version();
    await adapters.orders.commit(product.id, 1, standing);
    expect(await version()).to.deep.equal(before);
  });

  it("writes nothing of a batch one of whose rows somebody wrote without the ledger's lock, and says: once more", async () => {
    const product = await openSale(adapters);
    const batch = [draft(product), draft(product), draft(product)];
    const late = await connected(database.url, async (session) => {
      await session.query("begin");
      await session.query(BESIDE_THE_LOCK, [product.id, batch[1]?.id, batch[1]?.userId]);
      const late = adapters.orders.commit(product.id, 1, batch).catch((fault: unknown) => fault);
      await untilWaiting(session, 1);
      await session.query("commit");
      return late;
    });
    expect(late).to.be.instanceOf(StoreUnavailable).with.property("effect", "none");
    expect(codeOf(late)).to.equal("40001");
    const again = await adapters.orders.commit(product.id, 1, batch);
    expect(again.map(told)).to.deep.equal(["created 1", "void standing", "created 2"]);
  });

  it("keeps two orders apart that were given one id at the very same moment, each of its own product", async () => {
    const products = [await openSale(adapters), await openSale(adapters)] as const;
    const id = randomUUID();
    const [one, other] = [draft(products[0], { id }), draft(products[1], { id })];
    await connected(database.url, async (session) => {
      await session.query("begin");
      await session.query(
        "select from commit_reservations($1, 1, $2, $3, '{1}', '{1}', 'USD', '{1}', array[null::jsonb], '{1}')",
        [products[0].id, [id], [one.userId]],
      );
      await adapters.orders.commit(products[1].id, 1, [other]);
      await session.query("commit");
    });
    for (const twin of [one, other]) {
      const [answer] = await adapters.orders.commit(twin.productId, 1, [twin]);
      expect(answer?.kind === "order" && answer.order.productId).to.equal(twin.productId);
    }

    const cancelled = await adapters.changes.cancel(id);
    const left = await Promise.all(products.map(({ id }) => adapters.orderPages.orders(id, 0, 9)));
    expect(left.flat().filter(({ status }) => status === "confirmed").length).to.equal(1);
    for (const product of products)
      expect((await adapters.products.find(product.id))?.committed).to.equal(
        product.id === cancelled?.productId ? 0 : 1,
      );
  });

  it("notes of a void when it was admitted, to the millisecond, and its product's currency", async () => {
    const admittedAtMs = 1_732_320_000_987;
    for (const currency of ["KWD", "JPY"]) {
      const product = await openSale(adapters, { currency });
      const one = draft(product, { admittedAtMs });
      await adapters.orders.void(product.id, [one]);
      const { rows } = await pool.query(
        "select currency, (extract(epoch from admitted_at) * 1000)::float8 as at from orders where id = $1",
        [one.id],
      );
      expect(rows).to.deep.equal([{ currency, at: admittedAtMs }]);
    }
  });

  it("decides a product's batches and changes while somebody has another product's ledger", async () => {
    const [product, other] = [await openSale(adapters), await openSale(adapters)];
    const [sold, reaped] = [draft(product), draft(product)];
    await connected(database.url, async (session) => {
      await session.query("begin");
      await session.query("select from ledger where product_id = $1 for no key update", [other.id]);
      expect((await adapters.orders.commit(product.id, 1, [sold])).map(told)).to.deep.equal(["created 1"]);
      expect(await adapters.orders.void(product.id, [reaped])).to.deep.equal(["void"]);
      expect((await adapters.changes.cancel(sold.id))?.status).to.equal("cancelled");
      const change = await adapters.changes.change(product.id, randomUUID(), { priceMinor: 5 }, null);
      expect(change).to.deep.equal({ kind: "changed", revision: 2 });
    });
  });

  it("updates the ledger in place, so that it stays one page", async () => {
    const product = await openSale(adapters);
    for (let n = 0; n < 100; n += 1) await adapters.orders.commit(product.id, 1, [draft(product)]);
    const { rows } = await pool.query<{ pages: number }>("select (pg_relation_size('ledger') / 8192)::int as pages");
    expect(rows[0]?.pages).to.equal(1);
  });
});
