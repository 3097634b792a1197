import { randomUUID } from "node:crypto";
import { checkReady, connectPostgres, migrate, pendingMigrations } from "@flash-sale/adapters-postgres";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import { connected, createDatabase } from "./database.js";

const ALL = [
  "0001_tables",
  "0002_commit_reservations",
  "0003_void_reservations",
  "0004_buyers_page",
  "0005_next_epoch",
  "0006_changes",
  "0007_change_product",
  "0008_cancel_order",
  "0009_void_reservations_of_changes",
  "0010_search_orders",
  "0011_epochs_never_go_back",
  "0012_commit_reservations_planned_once",
  "0013_orders_by_buyer",
  "0014_orders_buyer_covers",
];

/** As the release before sends them. */
const OLD = {
  create: `with created as (
      insert into products
        (id, name, description, price_minor, currency, per_user_limit, sale_start_at, sale_end_at, created_at)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8), to_timestamp($9))
      on conflict (id) do nothing
      returning id
    )
    insert into ledger (product_id, revision, total) select created.id, $10, $11 from created`,
  moveEpoch: "update ledger set epoch = $2 where product_id = $1 and epoch < $2",
  commit: "select outcomes, base, standing from commit_reservations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
  reap: "select void_reservations($1, $2, $3, $4, $5, $6, $7) as standing",
  buyers: "select user_id, ids, units from buyers_page($1, null, 9)",
};

describe("migrations", function () {
  this.timeout(30_000);

  it("are applied once by five that start at once, and then there is nothing left", async () => {
    const database = await createDatabase();
    const pool = connectPostgres({ url: database.url });
    try {
      expect(await pendingMigrations(pool)).to.deep.equal(ALL);
      expect(await checkReady(pool).catch((fault: unknown) => fault)).to.be.instanceOf(StoreRejected);
      const applied = await Promise.all([pool, database.url, pool, pool, pool].map((where) => migrate(where)));
      expect(applied.flat()).to.deep.equal(ALL);
      expect(await migrate(pool)).to.deep.equal([]);
      expect(await pendingMigrations(pool)).to.deep.equal([]);
      await checkReady(pool);
    } finally {
      await pool.end();
      await database.drop();
    }
  });

  it("leave a process of the release before at work: its statements find what they found", async () => {
    const database = await createDatabase();
    try {
      await migrate(database.url);
      await connected(database.url, async (client) => {
        const [product, sold, reaped] = [randomUUID(), randomUUID(), randomUUID()];
        await client.query(OLD.create, [product, "Console", null, 1, "USD", 1, 1_000, 2_000, 1_000, 0, 5]);
        await client.query(OLD.moveEpoch, [product, 1]);
        const draft = [[1], [1]] as const;
        const commit = [product, 1, [sold], ["one"], ...draft, "USD", ["1"], [null], [1_000]];
        expect((await client.query(OLD.commit, commit)).rows).to.deep.equal([
          { outcomes: "c", base: "0", standing: null },
        ]);
        const reap = [product, [reaped, sold], ["two", "one"], [1, 1], [1, 1], ["1", "1"], [1_000, 1_000]];
        expect((await client.query(OLD.reap, reap)).rows).to.deep.equal([{ standing: ["void", "confirmed"] }]);
        // What only the new release does to an order, the old one has a word for.
        await client.query("select from cancel_order($1)", [sold]);
        expect((await client.query(OLD.reap, reap)).rows).to.deep.equal([{ standing: ["void", "cancelled"] }]);
        const [row] = (await client.query<{ outcomes: string; standing: unknown }>(OLD.commit, commit)).rows;
        expect(row?.outcomes).to.equal("s");
        expect(row?.standing).to.have.nested.property("[0].status", "cancelled");
        expect((await client.query(OLD.buyers, [product])).rows).to.deep.equal([
          { user_id: "one", ids: [sold], units: [0] },
        ]);
      });
    } finally {
      await database.drop();
    }
  });

  it("say that the store is not there where it is not", async () => {
    const nowhere = "postgres://nobody@127.0.0.1:1/none";
    expect(await migrate(nowhere).catch((fault: unknown) => fault)).to.be.instanceOf(StoreUnavailable);
    const pool = connectPostgres({ url: nowhere });
    expect(await checkReady(pool).catch((fault: unknown) => fault)).to.be.instanceOf(StoreUnavailable);
    await pool.end();
  });
});
