import { changesContract, orderPagesContract, ordersContract, productsContract } from "@flash-sale/core/contract";
import type pg from "pg";
import { emptied, openDatabase, type OpenDatabase } from "./database.js";

describe("PostgreSQL", function () {
  this.timeout(30_000);
  let database: OpenDatabase;
  let pool: pg.Pool;

  before(async () => {
    database = await openDatabase();
    ({ pool } = database);
  });
  after(() => database.close());

  describe("as Products", () => {
    for (const { name, run } of productsContract) it(name, async () => run(await emptied(pool)));
  });
  describe("as Orders", () => {
    for (const { name, run } of ordersContract) it(name, async () => run(await emptied(pool)));
  });
  describe("as OrderPages", () => {
    for (const { name, run } of orderPagesContract) it(name, async () => run(await emptied(pool)));
  });
  describe("as Changes", () => {
    for (const { name, run } of changesContract) it(name, async () => run(await emptied(pool)));
  });
});
