import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, startEmbeddedPostgres, type EmbeddedPostgres } from "@flash-sale/adapters-postgres";
import { changesContract, orderPagesContract, ordersContract, productsContract } from "@flash-sale/core/contract";
import { emptied } from "./database.js";

describe("the embedded PostgreSQL", function () {
  this.timeout(120_000);
  let dataDir: string;
  let embedded: EmbeddedPostgres;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "flash-sale-test-"));
    embedded = await startEmbeddedPostgres({ dataDir });
    await migrate(embedded.pool);
  });
  after(async () => {
    await embedded.close();
    await rm(dataDir, { recursive: true });
  });

  describe("as Products", () => {
    for (const { name, run } of productsContract) it(name, async () => run(await emptied(embedded.pool)));
  });
  describe("as Orders", () => {
    for (const { name, run } of ordersContract) it(name, async () => run(await emptied(embedded.pool)));
  });
  describe("as OrderPages", () => {
    for (const { name, run } of orderPagesContract) it(name, async () => run(await emptied(embedded.pool)));
  });
  describe("as Changes", () => {
    for (const { name, run } of changesContract) it(name, async () => run(await emptied(embedded.pool)));
  });
});
