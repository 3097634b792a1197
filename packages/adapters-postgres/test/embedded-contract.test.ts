import { changesContract, orderPagesContract, ordersContract, productsContract } from "@flash-sale/core/contract";
import { emptied } from "./database.js";
import { openEmbedded, type OpenEmbedded } from "./embedded.js";

describe("the embedded PostgreSQL", function () {
  this.timeout(120_000);
  let embedded: OpenEmbedded;

  before(async () => {
    embedded = await openEmbedded();
  });
  after(() => embedded.close());

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
