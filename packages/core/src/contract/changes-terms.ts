import type { Change } from "../change.js";
import type { Product } from "../product.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { draftOf, draftsOf, givenProduct, idOf, OTHER_PRODUCT, PRODUCT, told, type ChangesHarness } from "./given.js";

const CHANGE = idOf(500);

function termsOf(product: Product) {
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = product;
  return { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs };
}

export const termsCases: ContractCase<ChangesHarness>[] = [
  {
    name: "changes all that is asked, at once, under the next revision",
    async run(harness) {
      const product = await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 2 })]);
      const edit = {
        name: 'Ünïcode \u{1f680} "quoted", \\ \'n',
        description: "New",
        priceMinor: 1_000_000_000_000,
        totalQuantity: 100_000_000,
        perUserLimit: 7,
        saleStartAtMs: 1,
        saleEndAtMs: 253_402_300_799_999,
      };
      const answer = await harness.changes.change(PRODUCT, CHANGE, edit, null);
      expectEqual(answer, { kind: "changed", revision: 1 }, "the answer");
      const changed = { ...product, ...edit, revision: 1, committed: 2 };
      expectEqual(await harness.products.find(PRODUCT), changed, "the product");
      const seen = await harness.orders.withLedger(PRODUCT, async ({ epoch, revision, total, committed }) => {
        return { epoch, revision, total, committed };
      });
      expectEqual(seen, { epoch: 1, revision: 1, total: 100_000_000, committed: 2 }, "the ledger");
      const written: Change = { kind: "terms", id: CHANGE, productId: PRODUCT, revision: 1, terms: termsOf(changed) };
      expectEqual(await harness.changes.after(PRODUCT, 0, 10), [written], "the change");
    },
  },
  {
    name: "leaves everything as it is that is not asked for, one fact at a time",
    async run(harness) {
      let product = await givenProduct(harness, { description: "Old" });
      const other = await givenProduct(harness, { id: OTHER_PRODUCT, name: "Handheld" });
      const edits: Partial<Product>[] = [
        { name: "Other" },
        { priceMinor: 0 },
        { perUserLimit: 1 },
        { totalQuantity: 101 },
        { saleStartAtMs: 1_700_000_000_001 },
        { saleEndAtMs: 1_700_007_200_123 },
        { description: "" },
        { description: null },
        { description: "New" },
        {},
      ];
      for (const [index, edit] of edits.entries()) {
        const answer = await harness.changes.change(PRODUCT, idOf(500 + index), edit, null);
        expectEqual(answer, { kind: "changed", revision: index + 1 }, `the answer to ${JSON.stringify(edit)}`);
        product = { ...product, ...edit, revision: index + 1 };
        expectEqual(await harness.products.find(PRODUCT), product, `the product after ${JSON.stringify(edit)}`);
        const [change] = await harness.changes.after(PRODUCT, index, 1);
        expectEqual(change?.kind === "terms" && change.terms, termsOf(product), "the terms, all of them");
      }
      expectEqual(await harness.products.find(OTHER_PRODUCT), other, "the other product");
      expectEqual(await harness.changes.after(OTHER_PRODUCT, 0, 10), [], "the other product's changes");
    },
  },
  {
    name: "answers a repeated change with the revision it has, and changes nothing, whatever came since",
    async run(harness) {
      await givenProduct(harness);
      await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 150 }, null);
      await harness.changes.change(PRODUCT, idOf(501), { totalQuantity: 160, name: "Other" }, null);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(9));
      const before = await harness.products.find(PRODUCT);
      const again = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 150 }, null);
      expectEqual(again, { kind: "changed", revision: 1 }, "the answer");
      expectEqual(await harness.products.find(PRODUCT), before, "the product");
      expectEqual((await harness.changes.after(PRODUCT, 0, 10)).length, 2, "changes");
    },
  },
  {
    name: "keeps the changes of two products apart, also under one id",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      await harness.changes.change(OTHER_PRODUCT, idOf(501), { priceMinor: 5 }, null);
      await harness.changes.change(OTHER_PRODUCT, CHANGE, { totalQuantity: 150 }, null);
      const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 160 }, null);
      expectEqual(answer, { kind: "changed", revision: 1 }, "the answer");
      expectEqual((await harness.products.find(PRODUCT))?.totalQuantity, 160, "the total here");
      expectEqual((await harness.products.find(OTHER_PRODUCT))?.totalQuantity, 150, "the total there");
    },
  },
  {
    name: "makes one change of ten with one id at once",
    async run(harness) {
      await givenProduct(harness);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 150 }, null)),
      );
      expectEqual(answers, Array(10).fill({ kind: "changed", revision: 1 }), "the answers");
      expectEqual((await harness.changes.after(PRODUCT, 0, 10)).length, 1, "changes");
    },
  },
  {
    name: "numbers twelve changes at once without a gap, each built on the one before, and gives them back in pages",
    async run(harness) {
      await givenProduct(harness);
      await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          harness.changes.change(
            PRODUCT,
            idOf(500 + n),
            n % 2 === 0 ? { totalQuantity: 200 } : { priceMinor: 5 },
            null,
          ),
        ),
      );
      const seen: Change[] = [];
      for (let page = await harness.changes.after(PRODUCT, 0, 5); page.length > 0;) {
        expect(page.length <= 5, "a page is no longer than asked", page.length);
        seen.push(...page);
        page = await harness.changes.after(PRODUCT, seen.at(-1)?.revision ?? 0, 5);
      }
      expectEqual(
        seen.map(({ revision }) => revision),
        Array.from({ length: 12 }, (_, index) => index + 1),
        "the revisions",
      );
      const product = await harness.products.find(PRODUCT);
      const last = seen.at(-1);
      expect(product !== null && last?.kind === "terms", "the product and its last change");
      expectEqual([product.revision, termsOf(product)], [12, last.terms], "the product as its last change left it");
      expectEqual([product.totalQuantity, product.priceMinor], [200, 5], "no change undid another");
    },
  },
  {
    name: "sells by the new terms from then on: a raised total, and a lowered limit that takes nothing away",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 2, perUserLimit: 2 });
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { userId: "one", quantity: 2 })]);
      await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 4, perUserLimit: 1 }, null);
      const answers = await harness.orders.commit(PRODUCT, 1, [draftOf(2, { userId: "one" }), ...draftsOf(3, 3)]);
      expectEqual(answers.map(told), ["void limit", "created 2", "created 3", "void total"], "the answers");
      expectEqual((await harness.orders.ofBuyer(PRODUCT, "one")).length, 1, "the buyer's orders");
    },
  },
  {
    name: "answers null for a product that is not there, which has no changes either",
    async run(harness) {
      await givenProduct(harness);
      expectEqual(await harness.changes.change(OTHER_PRODUCT, CHANGE, { name: "Other" }, null), null, "the answer");
      expectEqual(await harness.changes.after(OTHER_PRODUCT, 0, 10), [], "its changes");
    },
  },
  {
    name: "refuses a window that would end before it starts, by the ends that stand, and changes nothing",
    async run(harness) {
      const product = await givenProduct(harness);
      const { saleStartAtMs, saleEndAtMs } = product;
      const refused = [{ saleStartAtMs: saleEndAtMs }, { saleEndAtMs: saleStartAtMs, name: "Other" }];
      for (const edit of refused) {
        const answer = await harness.changes.change(PRODUCT, CHANGE, edit, null);
        expectEqual(answer, { kind: "no-window" }, `the answer to ${JSON.stringify(edit)}`);
      }
      expectEqual(await harness.products.find(PRODUCT), product, "the product");
      expectEqual(await harness.changes.after(PRODUCT, 0, 10), [], "changes");
      const both = { saleStartAtMs: saleEndAtMs, saleEndAtMs: saleEndAtMs + 1 };
      const answer = await harness.changes.change(PRODUCT, CHANGE, both, null);
      expectEqual(answer, { kind: "changed", revision: 1 }, "both ends together");
    },
  },
];
