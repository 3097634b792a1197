import { expect, expectEqual, type ContractCase } from "./case.js";
import { draftOf, givenProduct, idOf, OTHER_PRODUCT, PRODUCT, productOf, type DatabaseHarness } from "./given.js";

/** What the suite of Products needs of a store; empty for every case. */
export type ProductsHarness = DatabaseHarness;

/** What every Products must do, beside the Orders over the same store. */
export const productsContract: ContractCase<ProductsHarness>[] = [
  {
    name: "finds a product as it was created, to the last millisecond and character",
    async run({ products }) {
      const product = productOf({
        name: 'Ünïcode \u{1f680} "quoted", {braced} \\ \'n',
        description: "",
        priceMinor: 1_000_000_000_000,
        currency: "KWD",
        totalQuantity: 100_000_000,
        perUserLimit: 1_000_000,
        saleStartAtMs: 1,
        saleEndAtMs: 253_402_300_799_999,
        createdAtMs: 1_732_320_000_123,
      });
      await products.create([product]);
      expectEqual(await products.find(PRODUCT), product, "the product");
    },
  },
  {
    name: "answers null for a product that is not there, and for the newest of none",
    async run({ products }) {
      expectEqual(await products.find(PRODUCT), null, "an unknown product");
      expectEqual(await products.newest(), null, "the newest of none");
      expectEqual(await products.page(null, 10), [], "a page of none");
      expectEqual(await products.projectSold(), 0, "nothing to project");
    },
  },
  {
    name: "begins each ledger at epoch 0 and revision 0 with nothing committed and nothing sold, whatever its creator says",
    async run({ products }) {
      await products.create([productOf({ epoch: 3, revision: 2, committed: 5, soldQuantity: 4 })]);
      expectEqual(await products.find(PRODUCT), productOf(), "the product");
    },
  },
  {
    name: "changes nothing when a product is created again under the same id",
    async run(harness) {
      const product = await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      await harness.products.create([productOf({ name: "Other", totalQuantity: 7 })]);
      expectEqual(await harness.products.find(PRODUCT), { ...product, committed: 1 }, "the product");
      const ledger = await harness.orders.withLedger(PRODUCT, async ({ epoch, total, committed }) => ({
        epoch,
        total,
        committed,
      }));
      expectEqual(ledger, { epoch: 1, total: 100, committed: 1 }, "the ledger");
    },
  },
  {
    name: "creates a product once when twenty create it at once",
    async run({ products, orders }) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => products.create([productOf({ totalQuantity: 10 + n })])));
      const product = await products.find(PRODUCT);
      const total = await orders.withLedger(PRODUCT, async (ledger) => ledger.total);
      expectEqual(product?.totalQuantity, total, "product and ledger are of one creation");
      expectEqual((await products.page(null, 50)).length, 1, "products");
    },
  },
  {
    name: "creates a thousand products in one call, each with its ledger, and leaves those alone that are there",
    async run(harness) {
      await givenProduct(harness, { id: idOf(500), name: "Mine" });
      const products = Array.from({ length: 1_000 }, (_, n) =>
        productOf({
          id: idOf(1_000 - n),
          name: `Number ${n}`,
          description: n % 2 === 0 ? null : "",
          totalQuantity: n + 1,
        }),
      );
      await harness.products.create(products);
      const expected = products.map((product) =>
        product.id === idOf(500) ? productOf({ id: product.id, name: "Mine", epoch: 1 }) : product,
      );
      expectEqual(await harness.products.page(null, 2_000), expected.reverse(), "the products");
      const total = await harness.orders.withLedger(idOf(1), async (ledger) => ledger.total);
      expectEqual(total, 1_000, "the total of one");
    },
  },
  {
    name: "creates a product once that is in a list twice: the first one; and nothing of an empty list",
    async run({ products }) {
      await products.create([productOf(), productOf({ id: OTHER_PRODUCT }), productOf({ name: "Again" })]);
      await products.create([]);
      expectEqual(await products.page(null, 9), [productOf(), productOf({ id: OTHER_PRODUCT })], "the products");
    },
  },
  {
    name: "creates each product once when ten create the same ones at once, in any order",
    async run({ products }) {
      const lists = Array.from({ length: 10 }, (_, n) => {
        const list = Array.from({ length: 50 }, (_, k) => productOf({ id: idOf(k + 1), totalQuantity: n + 1 }));
        return n % 2 === 0 ? list : list.reverse();
      });
      await Promise.all(lists.map((list) => products.create(list)));
      expectEqual((await products.page(null, 99)).length, 50, "products");
    },
  },
  {
    name: "reads the epoch that the ledger has at this moment",
    async run({ products, orders }) {
      await products.create([productOf()]);
      for (const epoch of [1, 2, 7]) {
        await orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(epoch));
        const found = [await products.find(PRODUCT), await products.newest(), ...(await products.page(null, 1))];
        expectEqual(
          found.map((product) => product?.epoch),
          [epoch, epoch, epoch],
          "the epoch",
        );
      }
    },
  },
  {
    name: "knows the product that was created last",
    async run({ products }) {
      await products.create([productOf({ id: idOf(7), createdAtMs: 2_000 })]);
      await products.create([productOf({ id: idOf(5), createdAtMs: 3_000 })]);
      await products.create([productOf({ id: idOf(9), createdAtMs: 1_000 })]);
      expectEqual((await products.newest())?.id, idOf(5), "the newest");
    },
  },
  {
    name: "lists as live what has begun and has not ended long ago",
    async run({ products }) {
      const sale = (n: number, saleStartAtMs: number, saleEndAtMs: number) =>
        products.create([productOf({ id: idOf(n), saleStartAtMs, saleEndAtMs })]);
      await sale(1, 10_000, 20_000);
      await sale(2, 10_001, 20_000);
      await sale(3, 5_000, 8_000);
      await sale(4, 5_000, 8_002);
      const live = await products.live(10_000, 8_001);
      expectEqual(live.map(({ id }) => id).sort(), [idOf(1), idOf(4)], "live products");
    },
  },
  {
    name: "walks all products in pages, by id, each once",
    async run({ products }) {
      for (const n of [5, 3, 1, 4, 2]) await products.create([productOf({ id: idOf(n) })]);
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const page = await products.page(after, 2);
        expect(page.length <= 2, "a page is no longer than asked", page.length);
        if (page.length === 0) break;
        seen.push(...page.map(({ id }) => id));
        after = seen.at(-1) ?? null;
      }
      expectEqual(seen, [1, 2, 3, 4, 5].map(idOf), "the pages");
    },
  },
  {
    name: "projects sold units of the products that were behind, and only those",
    async run(harness) {
      const sold = async () => {
        const product = await harness.products.find(PRODUCT);
        return [product?.committed, product?.soldQuantity];
      };
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 2 })]);
      expectEqual(await sold(), [2, 0], "committed and projected units before");
      expectEqual(await harness.products.projectSold(), 1, "products changed");
      expectEqual(await sold(), [2, 2], "committed and projected units after");
      expectEqual(await harness.products.projectSold(), 0, "products changed the second time");
      await harness.orders.commit(PRODUCT, 1, [draftOf(2)]);
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(3, { productId: OTHER_PRODUCT })]);
      expectEqual(await harness.products.projectSold(), 2, "products changed after two more sales");
    },
  },
];
