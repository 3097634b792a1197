import type { BuyerOrder } from "../order.js";
import type { OrderPages } from "../ports/orders.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { draftOf, draftsOf, givenProduct, orderOf, OTHER_PRODUCT, PRODUCT, type DatabaseHarness } from "./given.js";

export interface OrderPagesHarness extends DatabaseHarness {
  readonly orderPages: OrderPages;
}

type Buyer = { readonly userId: string; readonly orders: readonly BuyerOrder[] };

async function allBuyers(orderPages: OrderPages, limit: number): Promise<Buyer[]> {
  const seen: Buyer[] = [];
  for (let after: string | null = null; ;) {
    const page: Buyer[] = await orderPages.buyers(PRODUCT, after, limit);
    expect(page.length <= limit, "a page has no more buyers than asked", page.length);
    if (page.length === 0) return seen;
    seen.push(...page);
    after = page.at(-1)?.userId ?? null;
  }
}

/** What every OrderPages must do, beside the Products and Orders over the same store. */
export const orderPagesContract: ContractCase<OrderPagesHarness>[] = [
  {
    name: "pages through a product's orders by number, whole and in order, without its voids",
    async run(harness) {
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      const drafts = draftsOf(1, 7, { metadata: { a: 1 } });
      await harness.orders.commit(PRODUCT, 1, drafts.slice(0, 3));
      await harness.orders.void(PRODUCT, [draftOf(50)]);
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(60, { productId: OTHER_PRODUCT })]);
      await harness.orders.commit(PRODUCT, 1, drafts.slice(3));
      const expected = drafts.map((draft, index) => orderOf(draft, index + 1));
      expectEqual(await harness.orderPages.orders(PRODUCT, 0, 4), expected.slice(0, 4), "the first page");
      expectEqual(await harness.orderPages.orders(PRODUCT, 4, 4), expected.slice(4), "the second page");
      expectEqual(await harness.orderPages.orders(PRODUCT, 7, 4), [], "past the end");
      expectEqual(await harness.orderPages.orders(draftOf(1).id, 0, 4), [], "an unknown product");
    },
  },
  {
    name: "pages through buyers, each once and never split over two pages, with all their orders",
    async run(harness) {
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      const names = ["b", "a", "B", "a:b", "Z9", "_x", "a.b", "a@b", "a-b", "0"];
      const drafts = names.flatMap((userId, n) => [1, 2].map((k) => draftOf(n * 10 + k, { userId, quantity: 3 - k })));
      const rounds = [drafts.filter((_, n) => n % 2 === 0), drafts.filter((_, n) => n % 2 === 1)];
      for (const round of rounds) await harness.orders.commit(PRODUCT, 1, round);
      await harness.orders.void(PRODUCT, [draftOf(500, { userId: "void-only" })]);
      await harness.orders.commit(OTHER_PRODUCT, 1, [draftOf(501, { userId: "elsewhere", productId: OTHER_PRODUCT })]);

      for (const limit of [1, 3, 100]) {
        const buyers = await allBuyers(harness.orderPages, limit);
        expectEqual(buyers.map(({ userId }) => userId).sort(), [...names].sort(), `buyers in pages of ${limit}`);
        for (const { userId, orders } of buyers) {
          const own = drafts
            .filter((draft) => draft.userId === userId)
            .map(({ id, quantity }) => ({ id, units: quantity }));
          expectEqual(
            [...orders].sort((x, y) => (x.id < y.id ? -1 : 1)),
            own,
            `orders of ${userId}`,
          );
        }
      }
    },
  },
  {
    name: "shows a buyer who came during the walk at most once, and none who were there twice",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(
        PRODUCT,
        1,
        ["c", "e", "g"].map((userId, n) => draftOf(n, { userId })),
      );
      const first = await harness.orderPages.buyers(PRODUCT, null, 2);
      await harness.orders.commit(
        PRODUCT,
        1,
        ["a", "f", "c"].map((userId, n) => draftOf(10 + n, { userId })),
      );
      const second = await harness.orderPages.buyers(PRODUCT, first.at(-1)?.userId ?? null, 10);
      expectEqual(
        [...first, ...second].map(({ userId }) => userId),
        ["c", "e", "f", "g"],
        "the buyers",
      );
    },
  },
  {
    name: "has no buyers before the first order",
    async run(harness) {
      await givenProduct(harness);
      expectEqual(await harness.orderPages.buyers(PRODUCT, null, 10), [], "the buyers");
    },
  },
];
