import { checkReady, connectPostgres, migrate, pendingMigrations } from "@flash-sale/adapters-postgres";
import { StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import { createDatabase } from "./database.js";

const ALL = [
  "0001_tables",
  "0002_commit_reservations",
  "0003_void_reservations",
  "0004_buyers_page",
  "0005_next_epoch",
];

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

  it("say that the store is not there where it is not", async () => {
    const nowhere = "postgres://nobody@127.0.0.1:1/none";
    expect(await migrate(nowhere).catch((fault: unknown) => fault)).to.be.instanceOf(StoreUnavailable);
    const pool = connectPostgres({ url: nowhere });
    expect(await checkReady(pool).catch((fault: unknown) => fault)).to.be.instanceOf(StoreUnavailable);
    await pool.end();
  });
});
