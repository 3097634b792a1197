import { StoreRejected } from "../faults.js";
import { expectEqual, expectFault, type ContractCase } from "./case.js";
import {
  committed,
  draftOf,
  draftsOf,
  givenProduct,
  orderOf,
  OTHER_PRODUCT,
  PRODUCT,
  told,
  type DatabaseHarness,
} from "./given.js";

export const voidCases: ContractCase<DatabaseHarness>[] = [
  {
    name: "voids an id that has no row: the writer that comes later finds the void and sells nothing",
    async run(harness) {
      await givenProduct(harness);
      expectEqual(await harness.orders.void(PRODUCT, draftsOf(1, 3)), ["void", "void", "void"], "what stands");
      const late = await harness.orders.commit(PRODUCT, 1, draftsOf(2, 3));
      expectEqual(late.map(told), ["void standing", "void standing", "created 1"], "the late writer");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "leaves an order alone, and answers in the order given",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(2), draftOf(4)]);
      const standing = await harness.orders.void(
        PRODUCT,
        [4, 1, 2, 3].map((n) => draftOf(n)),
      );
      expectEqual(standing, ["confirmed", "void", "confirmed", "void"], "what stands");
      expectEqual(await harness.orders.find(draftOf(4).id), orderOf(draftOf(4), 2), "the order");
      expectEqual(await committed(harness.orders), 2, "committed units");
    },
  },
  {
    name: "answers the same when it is repeated",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      for (const time of ["first", "second", "third"]) {
        expectEqual(await harness.orders.void(PRODUCT, draftsOf(1, 2)), ["confirmed", "void"], `the ${time} time`);
      }
      expectEqual(await harness.orders.void(PRODUCT, []), [], "a batch of none");
    },
  },
  {
    name: "answers void to a buyer for an id that stands for somebody else, and leaves it alone",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { userId: "one" })]);
      expectEqual(await harness.orders.void(PRODUCT, [draftOf(1, { userId: "two" })]), ["void"], "what stands for two");
      expectEqual(
        await harness.orders.void(PRODUCT, [draftOf(1, { userId: "one" })]),
        ["confirmed"],
        "what stands for one",
      );
    },
  },
  {
    name: "is of its product alone: elsewhere the id is free, and an order elsewhere leaves the void as it is",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      const elsewhere = draftOf(1, { productId: OTHER_PRODUCT });
      await harness.orders.void(OTHER_PRODUCT, [elsewhere]);
      expectEqual((await harness.orders.commit(PRODUCT, 1, [draftOf(1)])).map(told), ["created 1"], "here");
      expectEqual((await harness.orders.commit(OTHER_PRODUCT, 1, [elsewhere])).map(told), ["void standing"], "there");
      expectEqual(await harness.orders.find(draftOf(1).id), orderOf(draftOf(1), 1), "the order");
    },
  },
  {
    name: "voids whatever the epoch is",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(9));
      expectEqual(await harness.orders.void(PRODUCT, [draftOf(1)]), ["void"], "what stands");
      expectEqual(
        (await harness.orders.commit(PRODUCT, 9, [draftOf(1, { epoch: 9 })])).map(told),
        ["void standing"],
        "a commit of the new epoch",
      );
    },
  },
  {
    name: "never shows a void, nor counts it against a buyer or the stock",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 1, perUserLimit: 1 });
      await harness.orders.void(PRODUCT, [draftOf(1, { userId: "one" })]);
      expectEqual(await harness.orders.find(draftOf(1).id), null, "the void found");
      expectEqual(await harness.orders.ofBuyer(PRODUCT, "one"), [], "the buyer's orders");
      expectEqual(
        (await harness.orders.commit(PRODUCT, 1, [draftOf(2, { userId: "one" })])).map(told),
        ["created 1"],
        "the buyer's next attempt",
      );
    },
  },
  {
    name: "refuses commits and voids of a product that is not there; none of either are answered by nothing",
    async run(harness) {
      const { orders } = harness;
      await expectFault(orders.commit(PRODUCT, 1, [draftOf(1)]), StoreRejected, "a commit");
      await expectFault(orders.void(PRODUCT, [draftOf(1)]), StoreRejected, "a void");
      expectEqual(
        [await orders.commit(PRODUCT, 1, []), await orders.void(PRODUCT, [])],
        [[], []],
        "the answers to none",
      );
      await givenProduct(harness);
      expectEqual((await orders.commit(PRODUCT, 1, [draftOf(1)])).map(told), ["created 1"], "the refused id, later");
      expectEqual(await orders.void(PRODUCT, []), [], "the answers to none where the product is there");
    },
  },
];
