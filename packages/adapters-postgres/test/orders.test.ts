import { randomUUID } from "node:crypto";
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { expect } from "chai";
import type pg from "pg";
import { createDatabase, type TestDatabase } from "./database.js";
import { draft, openSale } from "./sale.js";

describe("orders in PostgreSQL", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let pool: pg.Pool;
  let adapters: ReturnType<typeof createPostgresAdapters>;

  before(async () => {
    database = await createDatabase();
    await migrate(database.url);
    pool = connectPostgres({ url: database.url });
    adapters = createPostgresAdapters(pool);
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

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

  it("updates the ledger in place, so that it stays one page", async () => {
    const product = await openSale(adapters);
    for (let n = 0; n < 100; n += 1) await adapters.orders.commit(product.id, 1, [draft(product)]);
    const { rows } = await pool.query<{ pages: number }>("select (pg_relation_size('ledger') / 8192)::int as pages");
    expect(rows[0]?.pages).to.equal(1);
  });
});
