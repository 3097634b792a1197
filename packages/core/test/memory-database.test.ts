import { changesContract, orderPagesContract, ordersContract, productsContract } from "@flash-sale/core/contract";
import { createMemoryDatabase, systemClock } from "@flash-sale/core/memory";

describe("the memory database", function () {
  this.timeout(10_000);
  describe("as Products", () => {
    for (const { name, run } of productsContract) it(name, () => run(createMemoryDatabase({ clock: systemClock })));
  });
  describe("as Orders", () => {
    for (const { name, run } of ordersContract) it(name, () => run(createMemoryDatabase({ clock: systemClock })));
  });
  describe("as OrderPages", () => {
    for (const { name, run } of orderPagesContract) it(name, () => run(createMemoryDatabase({ clock: systemClock })));
  });
  describe("as Changes", () => {
    for (const { name, run } of changesContract) it(name, () => run(createMemoryDatabase({ clock: systemClock })));
  });
});
