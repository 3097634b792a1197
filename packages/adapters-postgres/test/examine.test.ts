import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectPostgres, examinePostgres, migrate, startEmbeddedPostgres } from "@flash-sale/adapters-postgres";
import { StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";
import pg from "pg";
import { connected, createDatabase, type TestDatabase } from "./database.js";

describe("an examination of PostgreSQL", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  before(async () => (database = await createDatabase()));
  after(() => database.drop());

  async function examined(url = database.url) {
    const pool = connectPostgres({ url });
    try {
      return await examinePostgres(pool);
    } finally {
      await pool.end();
    }
  }
  const run = (sql: string) => connected(database.url, (client) => client.query(sql));

  it("tells how the server is set up, and what a commit costs, before and after the migrations", async () => {
    const before = await examined();
    expect(before.pendingMigrations).to.include("0001_tables");
    expect(
      await connected(database.url, (client) => client.query("select from pg_tables where schemaname = 'public'")),
    ).to.have.property("rowCount", 0);

    await migrate(database.url);
    const facts = await examined();
    expect(facts).to.deep.include({
      isEmbedded: false,
      isInRecovery: false,
      synchronousCommit: "on",
      fullPageWrites: true,
      autovacuum: true,
      idleInTransactionTimeoutMs: 1_000,
      pendingMigrations: [],
    });
    expect(facts.version).to.match(/^\d+\./);
    expect(facts.usedConnections).to.be.greaterThan(0).and.at.most(facts.maxConnections);
    expect(Math.abs(facts.clockSkewMs), "the same clock, in milliseconds").to.be.lessThan(10_000);
    expect(facts.commit?.medianMs)
      .to.be.greaterThan(0)
      .and.at.most(facts.commit?.p99Ms ?? 0);
  });

  it("sees settings that lose data, and those that this very session has", async () => {
    const name = new URL(database.url).pathname.slice(1);
    await run(`alter database ${name} set synchronous_commit = off`);
    expect(await examined()).to.include({ synchronousCommit: "off" });
    const pool = new pg.Pool({ connectionString: database.url });
    expect(await examinePostgres(pool)).to.include({ idleInTransactionTimeoutMs: 0 });
    await pool.end();
    await run(`alter database ${name} reset synchronous_commit`);
  });

  it("counts everybody's connections, and measures nothing, for a role that may see and write little", async () => {
    const role = `examiner_${randomUUID().replaceAll("-", "")}`;
    await run("revoke execute on function pg_logical_emit_message(boolean, text, text) from public");
    await run(`create role ${role} login; grant select on pgmigrations to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    try {
      const facts = await connected(database.url, () => examined(url.href));
      expect(facts.usedConnections).to.be.at.least(2);
      expect(facts.commit).to.equal(null);
    } finally {
      await run(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it("knows the embedded database, which does not fsync", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "flash-sale-test-"));
    const { pool, close } = await startEmbeddedPostgres({ dataDir });
    try {
      const facts = await examinePostgres(pool);
      expect(facts).to.include({ isEmbedded: true, isInRecovery: false, fsync: false, usedConnections: 1 });
      expect(facts.commit).to.have.keys("medianMs", "p99Ms");
    } finally {
      await close();
      await rm(dataDir, { recursive: true });
    }
  });

  it("says that the store is not there where it is not", async () => {
    const fault: unknown = await examined("postgres://nobody@127.0.0.1:1/none").catch((fault: unknown) => fault);
    expect(fault).to.be.instanceOf(StoreUnavailable);
  });
});
