// An application that has stores of its own, and embeds the sale: what it opened stays its own.
import { randomUUID } from "node:crypto";
import { connectPostgres, createPostgresAdapters, migrate } from "@flash-sale/adapters-postgres";
import { createRedisAdapters } from "@flash-sale/adapters-redis";
import { createFlashSale, type Clock } from "@flash-sale/core";
import { createMemoryAdapters, systemClock, systemIds } from "@flash-sale/core/memory";
import { expect } from "chai";
import { Redis } from "ioredis";
import pg from "pg";

const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];
const hostsState = () => ({
  globals: Reflect.ownKeys(globalThis),
  listeners: [...SIGNALS, "exit", "beforeExit", "uncaughtException", "unhandledRejection"].map((name) =>
    process.listenerCount(name as NodeJS.Signals),
  ),
});

describe("An embedded sale", () => {
  it("runs on a pool and clients that exist, and closes only what it opened", async () => {
    const { TEST_DATABASE_URL = "", TEST_REDIS_URL = "" } = process.env;
    const name = `embedding_${randomUUID().replaceAll("-", "")}`;
    const admin = connectPostgres({ url: TEST_DATABASE_URL, poolSize: 1 });
    await admin.query(`create database ${name}`);
    const database = new URL(TEST_DATABASE_URL);
    database.pathname = `/${name}`;
    const pool = new pg.Pool({ connectionString: database.href });
    // Its last connections may still be on its way out when the database is dropped.
    pool.on("error", () => undefined).on("connect", (connection) => connection.on("error", () => undefined));
    const client = new Redis(TEST_REDIS_URL);
    const subscriber = client.duplicate();
    try {
      await migrate(pool);
      const redis = createRedisAdapters({ client, subscriber, lockTtlMs: 10_000 });
      const sale = createFlashSale({
        ...createPostgresAdapters(pool),
        ...redis,
        clock: systemClock,
        ids: systemIds,
      });
      const { id: productId } = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 1 });
      expect(await sale.purchase({ productId, userId: "u1" })).to.include({ kind: "purchased" });
      await sale.close();
      await redis.close();

      const { rows } = await pool.query<{ orders: string }>("select count(*) as orders from orders");
      expect(rows).to.deep.equal([{ orders: "1" }]);
      expect([await client.ping(), await subscriber.ping()]).to.deep.equal(["PONG", "PONG"]);
    } finally {
      for (const one of [client, subscriber]) one.disconnect();
      await pool.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    }
  });

  it("goes by the time and the ids that it is given", async () => {
    let nowMs = Date.parse("2030-01-01T00:00:00Z");
    const clock: Clock = { ...systemClock, now: () => nowMs };
    let made = 0;
    const ids = { ...systemIds, next: () => `00000000-0000-7000-8000-${String((made += 1)).padStart(12, "0")}` };
    const sale = createFlashSale(createMemoryAdapters({ clock, ids }));
    const saleStartAt = new Date("2030-01-01T01:00:00Z");
    const terms = { name: "Console", price: 499, totalQuantity: 1, saleStartAtMs: saleStartAt.getTime() };
    const { id: productId } = await sale.createProduct(terms);
    expect(productId).to.match(/^00000000-0000-7000-8000-/);
    expect(await sale.purchase({ productId, userId: "u1" })).to.include({ reason: "not-started" });
    nowMs += 3_600_000;
    expect(await sale.purchase({ productId, userId: "u1" })).to.include({ kind: "purchased" });
    await sale.close();
  });

  it("touches no global state and no signal", async () => {
    const before = hostsState();
    const sale = createFlashSale(createMemoryAdapters());
    const { id: productId } = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 1 });
    await sale.purchase({ productId, userId: "u1" });
    expect(hostsState()).to.deep.equal(before);
    await sale.close();
    expect(hostsState()).to.deep.equal(before);
  });
});
