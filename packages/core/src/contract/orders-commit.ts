import { expectEqual, type ContractCase } from "./case.js";
import { committed, draftOf, draftsOf, givenProduct, idOf, orderOf, OTHER_PRODUCT, PRODUCT, told } from "./given.js";
import type { DatabaseHarness } from "./given.js";

export const commitCases: ContractCase<DatabaseHarness>[] = [
  {
    name: "makes every reservation the order it describes, numbered in the order given",
    async run(harness) {
      await givenProduct(harness);
      const drafts = [
        draftOf(2, {
          quantity: 3,
          fingerprint: "3:x",
          metadata: { note: 'ü \u{1f680} \\ "{}", \'n', list: [1, { deep: null }], empty: {} },
        }),
        draftOf(1, { priceMinor: 1_000_000_000_000, userId: "A-z_0.9@x:y", admittedAtMs: 1_732_320_000_123 }),
        draftOf(3, { priceMinor: 0, quantity: 2 }),
      ];
      const answers = await harness.orders.commit(PRODUCT, 1, drafts);
      const expected = drafts.map((draft, index) => orderOf(draft, index + 1));
      expectEqual(
        answers,
        expected.map((order) => ({ kind: "order", order, created: true })),
        "the answers",
      );
      expectEqual(await Promise.all(drafts.map(({ id }) => harness.orders.find(id))), expected, "the orders found");
      expectEqual(await committed(harness.orders), 6, "committed units");
    },
  },
  {
    name: "goes on counting numbers where the last batch ended, for each product alone",
    async run(harness) {
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      const first = await harness.orders.commit(PRODUCT, 1, draftsOf(1, 2));
      const other = await harness.orders.commit(OTHER_PRODUCT, 1, draftsOf(10, 2, { productId: OTHER_PRODUCT }));
      const second = await harness.orders.commit(PRODUCT, 1, draftsOf(3, 2));
      expectEqual(
        [first, other, second].flat().map(told),
        ["created 1", "created 2", "created 1", "created 2", "created 3", "created 4"],
        "numbers",
      );
    },
  },
  {
    name: "answers a repeated commit with the orders that stand, and writes nothing",
    async run(harness) {
      await givenProduct(harness);
      const drafts = draftsOf(1, 3, { metadata: { gift: true } });
      await harness.orders.commit(PRODUCT, 1, drafts);
      const again = await harness.orders.commit(PRODUCT, 1, drafts);
      expectEqual(
        again,
        drafts.map((draft, index) => ({ kind: "order", order: orderOf(draft, index + 1), created: false })),
        "the answers",
      );
      expectEqual(await committed(harness.orders), 3, "committed units");
    },
  },
  {
    name: "mixes what stands and what is new in one batch",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(2), draftOf(4)]);
      const answers = await harness.orders.commit(PRODUCT, 1, draftsOf(1, 5));
      expectEqual(answers.map(told), ["created 3", "stands 1", "created 4", "stands 2", "created 5"], "the answers");
    },
  },
  {
    name: "keeps the order as it was first written, whatever a repeat says of price and time",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      const [again] = await harness.orders.commit(PRODUCT, 1, [
        draftOf(1, { priceMinor: 1, admittedAtMs: 5, metadata: { late: true } }),
      ]);
      expectEqual(again, { kind: "order", order: orderOf(draftOf(1), 1), created: false }, "the answer");
    },
  },
  {
    name: "calls it a conflict when the id stands for another buyer or another request, and changes nothing",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      const otherBuyer = await harness.orders.commit(PRODUCT, 1, [draftOf(1, { userId: "somebody-else" }), draftOf(2)]);
      const otherRequest = await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 2, fingerprint: "2" })]);
      expectEqual([otherBuyer, otherRequest].flat().map(told), ["conflict", "created 2", "conflict"], "the answers");
      expectEqual(await harness.orders.find(draftOf(1).id), orderOf(draftOf(1), 1), "the order");
      expectEqual(await committed(harness.orders), 2, "committed units");
    },
  },
  {
    name: "calls it a conflict when the id is an order of another product, and changes nothing",
    async run(harness) {
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      const elsewhere = [draftOf(1, { productId: OTHER_PRODUCT }), draftOf(2, { productId: OTHER_PRODUCT })];
      const answers = await harness.orders.commit(OTHER_PRODUCT, 1, elsewhere);
      expectEqual(answers.map(told), ["conflict", "created 1"], "the answers");
      expectEqual(await harness.orders.find(draftOf(1).id), orderOf(draftOf(1), 1), "the order");
      expectEqual(await committed(harness.orders, OTHER_PRODUCT), 1, "committed units");
    },
  },
  {
    name: "voids what is over the buyer's limit in units, one by one, earlier orders and this batch counted",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 3 });
      const buys = (n: number, quantity: number) => draftOf(n, { userId: "one", quantity });
      const answers = await harness.orders.commit(PRODUCT, 1, [
        buys(1, 2),
        buys(2, 2),
        draftOf(3, { quantity: 3 }),
        buys(4, 1),
        buys(5, 1),
      ]);
      expectEqual(answers.map(told), ["created 1", "void limit", "created 2", "created 3", "void limit"], "the batch");
      const later = await harness.orders.commit(PRODUCT, 1, [buys(6, 1), draftOf(7)]);
      expectEqual(later.map(told), ["void limit", "created 4"], "the next batch");
      expectEqual(
        (await harness.orders.ofBuyer(PRODUCT, "one")).map(({ quantity }) => quantity),
        [1, 2],
        "the buyer's units",
      );
      expectEqual(await committed(harness.orders), 7, "committed units");
    },
  },
  {
    name: "gives a buyer the limit to the unit, in one reservation or in several, with earlier orders or without",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 3 });
      const commit = async (userId: string, ...buys: [n: number, quantity: number][]) => {
        const drafts = buys.map(([n, quantity]) => draftOf(n, { userId, quantity }));
        return (await harness.orders.commit(PRODUCT, 1, drafts)).map(told);
      };
      expectEqual(await commit("one", [1, 4]), ["void limit"], "a unit too many at once");
      expectEqual(await commit("one", [2, 3]), ["created 1"], "all at once");
      expectEqual(await commit("two", [3, 2], [4, 2]), ["created 2", "void limit"], "a unit too many in two");
      expectEqual(await commit("two", [5, 2]), ["void limit"], "a unit too many on top of an order");
      expectEqual(await commit("two", [6, 1]), ["created 3"], "the last unit on top of an order");
      expectEqual(await commit("three", [7, 2], [8, 1]), ["created 4", "created 5"], "all in two");
      expectEqual(await committed(harness.orders), 9, "committed units");
    },
  },
  {
    name: "counts a buyer's limit for each product alone",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 1 });
      await givenProduct(harness, { id: OTHER_PRODUCT, perUserLimit: 1 });
      const here = await harness.orders.commit(PRODUCT, 1, [draftOf(1, { userId: "one" })]);
      const there = await harness.orders.commit(OTHER_PRODUCT, 1, [
        draftOf(2, { userId: "one", productId: OTHER_PRODUCT }),
      ]);
      expectEqual([here, there].flat().map(told), ["created 1", "created 1"], "the answers");
    },
  },
  {
    name: "voids what does not fit under the total, and still sells what does, to the last unit",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 4 });
      const answers = await harness.orders.commit(
        PRODUCT,
        1,
        [2, 3, 1, 2, 1].map((quantity, n) => draftOf(n, { quantity })),
      );
      expectEqual(
        answers.map(told),
        ["created 1", "void total", "created 2", "void total", "created 3"],
        "the answers",
      );
      expectEqual((await harness.orders.commit(PRODUCT, 1, [draftOf(9)])).map(told), ["void total"], "one more");
      expectEqual(await committed(harness.orders), 4, "committed units");
    },
  },
  {
    name: "does not take an earlier commit back when its repeat comes after the last unit or the buyer's last",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 2, perUserLimit: 1 });
      const drafts = draftsOf(1, 2);
      await harness.orders.commit(PRODUCT, 1, drafts);
      expectEqual((await harness.orders.commit(PRODUCT, 1, drafts)).map(told), ["stands 1", "stands 2"], "the repeat");
    },
  },
  {
    name: "keeps a void that the commit wrote: repeating it never sells",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 2 });
      const tooMany = draftOf(1, { quantity: 3 });
      await harness.orders.commit(PRODUCT, 1, [tooMany]);
      expectEqual((await harness.orders.commit(PRODUCT, 1, [tooMany])).map(told), ["void standing"], "the repeat");
      expectEqual(await harness.orders.find(tooMany.id), null, "the void found");
      expectEqual(
        (await harness.orders.commit(PRODUCT, 1, [draftOf(2)])).map(told),
        ["created 1"],
        "the next order: a void has no number",
      );
    },
  },
  {
    name: "refuses another epoch than the ledger's, older or newer, and writes nothing",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(5));
      for (const epoch of [4, 6]) {
        const answers = await harness.orders.commit(PRODUCT, epoch, draftsOf(1, 2, { epoch }));
        expectEqual(answers.map(told), ["epoch-moved", "epoch-moved"], `commits of epoch ${epoch}`);
      }
      expectEqual(
        (await harness.orders.commit(PRODUCT, 5, draftsOf(1, 2, { epoch: 5 }))).map(told),
        ["created 1", "created 2"],
        "the right epoch",
      );
    },
  },
  {
    name: "answers with what stands even after the epoch moved",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      await harness.orders.void(PRODUCT, [draftOf(2)]);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(2));
      const answers = await harness.orders.commit(PRODUCT, 1, [
        draftOf(1),
        draftOf(2),
        draftOf(3),
        draftOf(1, { id: idOf(9_999) }),
      ]);
      expectEqual(answers.map(told), ["stands 1", "void standing", "epoch-moved", "epoch-moved"], "the answers");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "decides a batch of none",
    async run(harness) {
      await givenProduct(harness);
      expectEqual(await harness.orders.commit(PRODUCT, 1, []), [], "the answers");
    },
  },
  {
    name: "lists a buyer's orders of one product, the newest first",
    async run(harness) {
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      const own = [3, 1, 2].map((n) => draftOf(n, { userId: "one" }));
      await harness.orders.commit(PRODUCT, 1, [draftOf(4), ...own]);
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(5, { userId: "one", productId: OTHER_PRODUCT })]);
      const expected = own.map((draft, index) => orderOf(draft, index + 2)).reverse();
      expectEqual(await harness.orders.ofBuyer(PRODUCT, "one"), expected, "the buyer's orders");
      expectEqual(await harness.orders.ofBuyer(PRODUCT, "nobody"), [], "a stranger's orders");
      expectEqual(await harness.orders.find(idOf(77)), null, "an unknown id");
    },
  },
];
