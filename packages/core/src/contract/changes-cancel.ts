import { expect, expectEqual, type ContractCase } from "./case.js";
import {
  committed,
  draftOf,
  draftsOf,
  givenProduct,
  idOf,
  orderOf,
  OTHER_PRODUCT,
  PRODUCT,
  told,
  type ChangesHarness,
} from "./given.js";

export const cancelCases: ContractCase<ChangesHarness>[] = [
  {
    name: "cancels an order under the next revision: it stays, with its number, and its units are no longer sold",
    async run(harness) {
      await givenProduct(harness);
      const drafts = [draftOf(1), draftOf(2, { userId: "one", quantity: 3, metadata: { gift: true } }), draftOf(3)];
      await harness.orders.commit(PRODUCT, 1, drafts);
      const cancelled = { ...orderOf(drafts[1] ?? draftOf(2), 2), status: "cancelled" as const };
      expectEqual(await harness.changes.cancel(cancelled.id), cancelled, "the answer");

      const { orders, orderPages, products, changes } = harness;
      expectEqual(await orders.find(cancelled.id), cancelled, "the order found");
      expectEqual(await orders.ofBuyer(PRODUCT, "one"), [cancelled], "the buyer's orders");
      expectEqual(await orderPages.orders(PRODUCT, 1, 1), [cancelled], "the page of orders");
      expectEqual(
        await orderPages.search({ productId: null, userId: "one" }, null, 9),
        [cancelled],
        "the orders looked for",
      );
      const buyer = { userId: "one", orders: [{ id: cancelled.id, units: 0 }] };
      expectEqual(await orderPages.buyers(PRODUCT, null, 1), [buyer], "the page of buyers");
      expectEqual(await orderPages.buyersAmong(PRODUCT, ["one", "nobody"]), ["one"], "a buyer still");
      expectEqual(await orders.withLedger(PRODUCT, (ledger) => ledger.confirmed([cancelled.id])), [], "confirmed ones");
      expectEqual(await orders.void(PRODUCT, [drafts[1] ?? draftOf(2)]), ["cancelled"], "what stands");

      const product = await products.find(PRODUCT);
      expectEqual([product?.revision, product?.committed, product?.totalQuantity], [1, 2, 100], "the product");
      const written = { kind: "cancel", id: cancelled.id, productId: PRODUCT, revision: 1, userId: "one", units: 3 };
      expectEqual(await changes.after(PRODUCT, 0, 10), [written], "the change");
    },
  },
  {
    name: "answers a repeated cancel with the same order, and changes nothing",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, draftsOf(1, 2));
      const first = await harness.changes.cancel(draftOf(1).id);
      expectEqual(await harness.changes.cancel(draftOf(1).id), first, "the repeat");
      expectEqual((await harness.changes.after(PRODUCT, 0, 10)).length, 1, "changes");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "cancels once when twenty cancel at once",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 2 }), draftOf(2)]);
      const answers = await Promise.all(Array.from({ length: 20 }, () => harness.changes.cancel(draftOf(1).id)));
      const cancelled = { ...orderOf(draftOf(1, { quantity: 2 }), 1), status: "cancelled" };
      expectEqual(answers, Array(20).fill(cancelled), "the answers");
      expectEqual((await harness.changes.after(PRODUCT, 0, 10)).length, 1, "changes");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "answers null for an order that is not there, and for a void, which stays one",
    async run(harness) {
      const product = await givenProduct(harness);
      await harness.orders.void(PRODUCT, [draftOf(1)]);
      expectEqual(await harness.changes.cancel(draftOf(1).id), null, "a void");
      expectEqual(await harness.changes.cancel(idOf(77)), null, "an unknown id");
      expectEqual(await harness.orders.void(PRODUCT, [draftOf(1)]), ["void"], "what stands");
      expectEqual(await harness.products.find(PRODUCT), product, "the product");
      expectEqual(await harness.changes.after(PRODUCT, 0, 10), [], "changes");
    },
  },
  {
    name: "finds the order among those of many products, and leaves the others alone",
    async run(harness) {
      const products = [PRODUCT, OTHER_PRODUCT, idOf(3)];
      for (const [n, id] of products.entries()) {
        await givenProduct(harness, { id });
        await harness.orders.commit(id, 1, draftsOf(n * 2, 2, { productId: id }));
      }
      for (const [n, id] of products.entries()) {
        const order = await harness.changes.cancel(draftOf(n * 2).id);
        expectEqual([order?.productId, order?.status], [id, "cancelled"], "the order");
        const units = await Promise.all(products.map((one) => committed(harness.orders, one)));
        expectEqual(
          units,
          products.map((_, index) => (index <= n ? 1 : 2)),
          "committed units of each product",
        );
      }
    },
  },
  {
    name: "cancels the order of its own product, also where its id is void in another",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(1, { productId: OTHER_PRODUCT })]);
      await harness.orders.void(PRODUCT, [draftOf(1)]);
      expectEqual((await harness.changes.cancel(draftOf(1).id))?.productId, OTHER_PRODUCT, "the order's product");
      expectEqual(await committed(harness.orders, OTHER_PRODUCT), 0, "committed units");
      expectEqual((await harness.products.find(PRODUCT))?.revision, 0, "the other product's revision");
    },
  },
  {
    name: "leaves the id of a cancelled order taken: a commit of another product is told of a conflict",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      await harness.changes.cancel(draftOf(1).id);
      const elsewhere = [draftOf(1, { productId: OTHER_PRODUCT })];
      expectEqual((await harness.orders.commit(OTHER_PRODUCT, 1, elsewhere)).map(told), ["conflict"], "the answer");
      expectEqual((await harness.orders.find(draftOf(1).id))?.productId, PRODUCT, "whose order it is");
      expectEqual(await committed(harness.orders, OTHER_PRODUCT), 0, "committed units");
    },
  },
  {
    name: "frees the buyer's limit and the last unit, and leaves no gap in the numbers",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 3, perUserLimit: 2 });
      const first = draftOf(1, { userId: "one", quantity: 2 });
      await harness.orders.commit(PRODUCT, 1, [first, draftOf(2)]);
      expectEqual(
        (await harness.orders.commit(PRODUCT, 1, [draftOf(3, { userId: "one" })])).map(told),
        ["void limit"],
        "before",
      );
      await harness.changes.cancel(first.id);
      const later = [draftOf(4, { userId: "one", quantity: 2 }), draftOf(5, { userId: "one" }), draftOf(6)];
      const answers = await harness.orders.commit(PRODUCT, 1, later);
      expectEqual(answers.map(told), ["created 3", "void limit", "void total"], "after");
      expectEqual(
        (await harness.orderPages.orders(PRODUCT, 0, 9)).map(({ number, status }) => `${number} ${status}`),
        ["1 cancelled", "2 confirmed", "3 confirmed"],
        "the orders",
      );
      expectEqual(await committed(harness.orders), 3, "committed units");
    },
  },
  {
    name: "stays cancelled when its commit is written again: the cancelled order is the answer, and no new one",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      await harness.changes.cancel(draftOf(1).id);
      const cancelled = { ...orderOf(draftOf(1), 1), status: "cancelled" };
      const again = await harness.orders.commit(PRODUCT, 1, [draftOf(1), draftOf(2)]);
      expectEqual(again[0], { kind: "order", order: cancelled, created: false }, "the repeat");
      expectEqual(told(again[1]), "created 2", "the next order");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "cancels or finds nothing while the commit is under way and written again, and never lets the order come back",
    async run(harness) {
      await givenProduct(harness);
      const rounds = draftsOf(1, 20).map(async (draft) => {
        const [first, cancelled, again] = await Promise.all([
          harness.orders.commit(PRODUCT, 1, [draft]),
          harness.changes.cancel(draft.id),
          harness.orders.commit(PRODUCT, 1, [draft]),
        ]);
        const created = [...first, ...again].filter((answer) => answer.kind === "order" && answer.created);
        expect(created.length === 1, "one of the commits made the order", [first, again]);
        const order = await harness.orders.find(draft.id);
        expectEqual(order?.status, cancelled?.status ?? "confirmed", "what became of the order");
        return cancelled === null ? 1 : 0;
      });
      const units = (await Promise.all(rounds)).reduce<number>((sum, one) => sum + one, 0);
      expectEqual(await committed(harness.orders), units, "committed units");
      const numbers = (await harness.orderPages.orders(PRODUCT, 0, 99)).map(({ number }) => number);
      expectEqual(
        numbers,
        Array.from({ length: 20 }, (_, index) => index + 1),
        "the numbers",
      );
    },
  },
  {
    name: "keeps revisions and units right when orders are made and cancelled and totals raised, all at once",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, draftsOf(1, 20));
      await Promise.all([
        ...draftsOf(1, 20).map(({ id }) => harness.changes.cancel(id)),
        ...Array.from({ length: 5 }, (_, n) =>
          harness.changes.change(PRODUCT, idOf(500 + n), { totalQuantity: 1_000 }, null),
        ),
        ...Array.from({ length: 5 }, (_, n) => harness.orders.commit(PRODUCT, 1, draftsOf(100 + n * 4, 4))),
      ]);
      const product = await harness.products.find(PRODUCT);
      expectEqual([product?.revision, product?.committed, product?.totalQuantity], [25, 20, 1_000], "the product");
      const changes = await harness.changes.after(PRODUCT, 0, 100);
      expectEqual(
        changes.map(({ revision }) => revision),
        Array.from({ length: 25 }, (_, index) => index + 1),
        "the revisions",
      );
      expectEqual(changes.filter(({ kind }) => kind === "cancel").length, 20, "cancellations");
    },
  },
];
