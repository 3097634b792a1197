import { expectEqual, type ContractCase } from "./case.js";
import { committed, draftOf, givenProduct, OTHER_PRODUCT, PRODUCT, told, type DatabaseHarness } from "./given.js";

/** Something stands in each batch: a store that decides what is all new at once must decide these one by one, and the same. */
export const oneByOneCases: ContractCase<DatabaseHarness>[] = [
  {
    name: "counts each of a buyer's reservations that are alike, beside one that stands in the batch",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 3 });
      const standing = draftOf(1);
      await harness.orders.commit(PRODUCT, 1, [standing, draftOf(2, { userId: "one" })]);
      const alike = [3, 4, 5].map((n) => draftOf(n, { userId: "one" }));
      const answers = await harness.orders.commit(PRODUCT, 1, [standing, ...alike]);
      expectEqual(answers.map(told), ["stands 1", "created 3", "created 4", "void limit"], "the answers");
      expectEqual(await committed(harness.orders), 4, "committed units");
    },
  },
  {
    name: "counts a buyer's limit for each product alone, beside one that stands in the batch",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 1 });
      await givenProduct(harness, { id: OTHER_PRODUCT, perUserLimit: 1 });
      const standing = draftOf(1);
      await harness.orders.commit(PRODUCT, 1, [standing]);
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(2, { userId: "one", productId: OTHER_PRODUCT })]);
      const answers = await harness.orders.commit(PRODUCT, 1, [standing, draftOf(3, { userId: "one" })]);
      expectEqual(answers.map(told), ["stands 1", "created 2"], "the answers");
    },
  },
];
