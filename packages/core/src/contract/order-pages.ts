import type { BuyerOrder, Order } from "../order.js";
import type { OrderFilter, OrderPages, OrderPlace } from "../ports/orders.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import {
  draftOf,
  draftsOf,
  givenProduct,
  idOf,
  orderOf,
  OTHER_PRODUCT,
  PRODUCT,
  type DatabaseHarness,
} from "./given.js";

/** What the suite of OrderPages needs of a store; empty for every case. */
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

async function allFound(orderPages: OrderPages, filter: OrderFilter, limit: number): Promise<Order[]> {
  const seen: Order[] = [];
  for (let after: OrderPlace | null = null; ;) {
    const page: Order[] = await orderPages.search(filter, after, limit);
    expect(page.length <= limit, "a page has no more orders than asked", page.length);
    if (page.length === 0) return seen;
    seen.push(...page);
    after = page.at(-1) ?? null;
  }
}

/** Five products, of which the first and the last two sold something: answers the orders by product and number. */
async function givenOrders(harness: DatabaseHarness): Promise<Order[]> {
  for (const n of [5, 3, 1, 4, 2]) await givenProduct(harness, { id: idOf(n), perUserLimit: 100 });
  const sales = [4, 1, 5].map((product) => ({
    productId: idOf(product),
    drafts: draftsOf(product * 100, 7, { productId: idOf(product) }).map((draft, n) =>
      n % 3 === 0 ? { ...draft, userId: "one" } : draft,
    ),
  }));
  for (const { productId, drafts } of sales) {
    await harness.orders.commit(productId, 1, drafts.slice(0, 4));
    await harness.orders.void(productId, [draftOf(50, { productId, userId: "one" })]);
    await harness.orders.commit(productId, 1, drafts.slice(4));
  }
  // A product with nothing but a void.
  await harness.orders.void(idOf(3), [draftOf(51, { productId: idOf(3), userId: "one" })]);
  return [1, 4, 5].flatMap((product) => {
    const sale = sales.find(({ productId }) => productId === idOf(product));
    return (sale?.drafts ?? []).map((draft, index) => orderOf(draft, index + 1));
  });
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
    name: "finds orders by product, by buyer, by both or by none, by product id and number, in pages of any length",
    async run(harness) {
      const orders = await givenOrders(harness);
      for (const productId of [null, idOf(1), idOf(4)]) {
        for (const userId of [null, "one", "user-401"]) {
          const expected = orders.filter(
            (order) =>
              (productId === null || order.productId === productId) && (userId === null || order.userId === userId),
          );
          for (const limit of [1, 2, 5, 7, 100]) {
            const found = await allFound(harness.orderPages, { productId, userId }, limit);
            expectEqual(found, expected, `orders of ${productId} and ${userId} in pages of ${limit}`);
          }
        }
      }
    },
  },
  {
    name: "goes on behind any place, also one where there is no order",
    async run(harness) {
      const orders = await givenOrders(harness);
      const places = [0, 1, 2, 4, 5, 9].flatMap((n) => [0, 3, 7, 50].map((number) => ({ productId: idOf(n), number })));
      for (const place of places) {
        const behind = orders.filter(
          ({ productId, number }) =>
            productId > place.productId || (productId === place.productId && number > place.number),
        );
        for (const productId of [null, idOf(4)]) {
          for (const userId of [null, "one"]) {
            const expected = behind.filter(
              (order) =>
                (productId === null || order.productId === productId) && (userId === null || order.userId === userId),
            );
            const found = await harness.orderPages.search({ productId, userId }, place, 4);
            expectEqual(found, expected.slice(0, 4), `orders of ${productId} and ${userId} behind ${place.productId}`);
          }
        }
      }
    },
  },
  {
    name: "finds no orders of a product or a buyer that is not there, or has none",
    async run(harness) {
      await givenOrders(harness);
      for (const productId of [idOf(2), idOf(3), idOf(77)]) {
        for (const userId of [null, "one"]) {
          expectEqual(await harness.orderPages.search({ productId, userId }, null, 9), [], `orders of ${productId}`);
        }
      }
      expectEqual(await harness.orderPages.search({ productId: null, userId: "nobody" }, null, 9), [], "a stranger's");
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
  {
    name: "tells buyers from users who have no order of the product, but a void or one elsewhere",
    async run(harness) {
      const { orders, orderPages } = harness;
      await givenProduct(harness);
      await givenProduct(harness, { id: OTHER_PRODUCT });
      const names = ["one", "a:b", "B"];
      await orders.commit(
        PRODUCT,
        1,
        [...names, "one"].map((userId, n) => draftOf(n, { userId })),
      );
      await orders.void(PRODUCT, [draftOf(50, { userId: "void-only" })]);
      await orders.commit(OTHER_PRODUCT, 1, [draftOf(60, { userId: "elsewhere", productId: OTHER_PRODUCT })]);
      const asked = ["nobody", "b", "void-only", "elsewhere", ...names];
      expectEqual((await orderPages.buyersAmong(PRODUCT, asked)).sort(), [...names].sort(), "the buyers");
      expectEqual(await orderPages.buyersAmong(OTHER_PRODUCT, asked), ["elsewhere"], "the other product's");
      expectEqual(await orderPages.buyersAmong(idOf(77), asked), [], "those of no product");
      expectEqual(await orderPages.buyersAmong(PRODUCT, []), [], "those among nobody");
    },
  },
];
