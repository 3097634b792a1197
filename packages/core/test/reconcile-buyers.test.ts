import { findWrongBuyers } from "#src/use-cases/reconcile-buyers.js";
import type { Change, FlashSalePorts, OrderDraft } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";
import { expect } from "chai";

const PRODUCT = {
  ...{ id: "p", name: "Console", description: null, priceMinor: 1, currency: "USD", totalQuantity: 20_000 },
  ...{ perUserLimit: 5, saleStartAtMs: 0, saleEndAtMs: 2 ** 50, createdAtMs: 0, revision: 0, epoch: 0 },
  ...{ committed: 0, soldQuantity: 0 },
};
const EPOCH = 1;
const DRAFT = {
  ...{ productId: "p", epoch: EPOCH, quantity: 1, priceMinor: 1, currency: "USD" },
  ...{ fingerprint: "", metadata: null, admittedAtMs: 0, deadlineMs: 1 },
};

interface Facts {
  /** Units by the orders. */
  readonly bought: Readonly<Record<string, number>>;
  /** Units that the inventory knows of instead, or of somebody else; null: it does not know the buyer. */
  readonly known?: Readonly<Record<string, number | null>>;
  readonly buyersLoaded?: boolean;
  readonly change?: (ports: FlashSalePorts) => Partial<FlashSalePorts>;
}

/** Buyers by the orders and by an inventory that was taught them. `find` looks for the wrong ones and counts the questions. */
async function opened({ bought, known = {}, buyersLoaded = true, change = () => ({}) }: Facts) {
  const memory = createMemoryAdapters();
  const { orders, orderPages, loading } = memory;
  await memory.products.create([PRODUCT]);
  await loading.load("p", EPOCH, PRODUCT, 0);
  const draft = ([userId, quantity]: [string, number]): OrderDraft => ({
    ...DRAFT,
    ...{ id: `order of ${userId}`, userId, quantity },
  });
  await orders.commit("p", 0, Object.entries(bought).map(draft));
  const taught = Object.entries<number | null>({ ...bought, ...known }).flatMap(([userId, units]) =>
    units === null ? [] : [{ userId, orders: units === 0 ? [] : [{ id: `order of ${userId}`, units }] }],
  );
  await loading.teach("p", EPOCH, 0, taught);
  if (buyersLoaded) await loading.finishTeaching("p", EPOCH);

  const asked = { alone: 0, pages: 0, known: 0, among: 0, status: 0 };
  const counted: FlashSalePorts = {
    ...memory,
    inventory: {
      ...memory.inventory,
      status: (...args) => ((asked.status += 1), memory.inventory.status(...args)),
    },
    orders: { ...orders, ofBuyer: (...args) => ((asked.alone += 1), orders.ofBuyer(...args)) },
    orderPages: {
      ...orderPages,
      buyers: (...args) => ((asked.pages += 1), orderPages.buyers(...args)),
      buyersAmong: (...args) => ((asked.among += 1), orderPages.buyersAmong(...args)),
    },
    loading: { ...loading, knownBuyers: (...args) => ((asked.known += 1), loading.knownBuyers(...args)) },
  };
  const ports = { ...counted, ...change(counted) };
  return { ports, asked, find: () => findWrongBuyers(ports, "p", EPOCH) };
}

/** So many buyers of one unit, by user id. */
const crowd = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`u${String(n).padStart(5, "0")}`, 1]));

const wrong = (userId: string, expected: number, found: number | null) => ({ kind: "buyer", userId, expected, found });

describe("looking for wrong buyers", () => {
  it("asks of a sound crowd page by page, and of nobody alone", async () => {
    const { find, asked } = await opened({ bought: crowd(2_001), known: { looked: 0 } });
    expect(await find()).to.deep.equal([]);
    expect(asked).to.deep.equal({ alone: 0, pages: 3, known: 3, among: 0, status: 0 });
  });

  it("asks nothing of the orders about known buyers where none of them has bought", async () => {
    const { find, asked } = await opened({ bought: {}, known: { looked: 0 } });
    expect(await find()).to.deep.equal([]);
    expect(asked).to.deep.equal({ alone: 0, pages: 1, known: 1, among: 0, status: 0 });
  });

  it("finds them on every page, by the orders and by the inventory, each looked at alone", async () => {
    const known = { u00500: null, u01500: 2, u02000: 3, x: 1, y: 2 };
    const { find, asked } = await opened({ bought: crowd(2_001), known });
    expect(await find()).to.deep.equal([
      wrong("u00500", 1, null),
      wrong("u01500", 1, 2),
      wrong("u02000", 1, 3),
      wrong("x", 0, 1),
      wrong("y", 0, 2),
    ]);
    // Before and after each.
    expect(asked.alone).to.equal(10);
  });

  it("remembers ten thousand known buyers, asks for the others, and finds who is wrong among both", async () => {
    const known = { u00500: null, u11500: 2, x: 1 };
    const { find, asked } = await opened({ bought: crowd(12_000), known });
    expect(await find()).to.deep.equal([wrong("u00500", 1, null), wrong("u11500", 1, 2), wrong("x", 0, 1)]);
    // The page with the first of them and the last two pages are asked for; and once more each of the wrong ones.
    expect(asked).to.deep.equal({ alone: 6, pages: 13, known: 12, among: 2, status: 6 });
  });

  it("takes nobody for wrong who bought after the known buyers were read, or before the orders were", async () => {
    for (const when of ["after the known ones", "before the orders"] as const) {
      const { find } = await opened({
        bought: { a: 1 },
        change: (ports) => {
          const { orders, inventory, loading, orderPages } = ports;
          const buy = async () => {
            const draft = { ...DRAFT, id: "late order", userId: "late" };
            const request = { ...draft, reservationId: draft.id, expectedPriceMinor: null };
            const held = await inventory.hold(request, "granted");
            if (held.kind !== "held") throw new Error(held.kind);
            await orders.commit("p", 0, [draft]);
            await inventory.confirm("p", EPOCH, [held.reservation]);
          };
          return when === "after the known ones"
            ? {
                loading: {
                  ...loading,
                  async knownBuyers(...args) {
                    const page = await loading.knownBuyers(...args);
                    await buy();
                    return page;
                  },
                },
              }
            : { orderPages: { ...orderPages, buyers: async (...args) => (await buy(), orderPages.buyers(...args)) } };
        },
      });
      expect(await find()).to.deep.equal([]);
    }
  });

  it("names a hundred at most: a repair makes all of them known anew", async () => {
    const { find } = await opened({ bought: {}, known: crowd(150) });
    expect(await find()).to.deep.equal(Object.keys(crowd(100)).map((userId) => wrong(userId, 0, 1)));
  });

  it("takes nobody for wrong who is not taught yet, and finds who was taught wrong", async () => {
    const { find } = await opened({ bought: { a: 1, b: 1, c: 1 }, known: { a: null, b: 2 }, buyersLoaded: false });
    expect(await find()).to.deep.equal([wrong("b", 1, 2)]);
  });

  const losses: readonly [string, (ports: FlashSalePorts) => Partial<FlashSalePorts>][] = [
    ["its status", ({ inventory }) => ({ inventory: { ...inventory, status: async () => null } })],
    ["its buyers", ({ inventory }) => ({ inventory: { ...inventory, buyers: async () => null } })],
    [
      "its status again",
      ({ inventory }) => ({ inventory: { ...inventory, status: once(inventory.status, async () => null) } }),
    ],
    [
      "its buyers again",
      ({ inventory }) => ({ inventory: { ...inventory, buyers: once(inventory.buyers, async () => null) } }),
    ],
    [
      "whom it knows",
      (ports) => ({
        inventory: { ...ports.inventory, buyers: async () => null },
        loading: { ...ports.loading, knownBuyers: async () => null },
      }),
    ],
  ];
  for (const [what, change] of losses)
    it(`names nobody of an inventory that has gone when it is asked for ${what}`, async () => {
      const { find } = await opened({ bought: { a: 1 }, known: { a: 2 }, change });
      expect(await find()).to.deep.equal([]);
    });

  it("takes nobody for wrong whom the inventory does not know any more when it is asked again", async () => {
    const { find } = await opened({
      bought: {},
      known: { a: 1 },
      change: ({ inventory }) => ({
        inventory: { ...inventory, buyers: async () => [{ orders: null, holds: null }] },
      }),
    });
    expect(await find()).to.deep.equal([]);
  });

  it("judges nobody whose cancellation may be among more changes than can be read", async () => {
    const changes = (count: number) =>
      Array.from({ length: count }, (_, n): Change => {
        return { kind: "cancel", id: String(n), productId: "p", revision: n + 1, userId: "u", units: 1 };
      });
    for (const [pending, found] of [
      [999, [wrong("a", 1, 2)]],
      [1_000, []],
    ] as const) {
      const { find } = await opened({
        bought: { a: 1 },
        known: { a: 2 },
        change: (ports) => ({ changes: { ...ports.changes, after: async () => changes(pending) } }),
      });
      expect(await find()).to.deep.equal(found);
    }
  });

  it("gives up on a buyer whose orders are others whenever one looks", async () => {
    let orders = 0;
    const { find } = await opened({
      bought: { a: 1 },
      known: { a: 2 },
      change: (ports) => ({
        orders: {
          ...ports.orders,
          ofBuyer: async (...args) => {
            const [order] = await ports.orders.ofBuyer(...args);
            return order ? [{ ...order, id: String((orders += 1)) }] : [];
          },
        },
      }),
    });
    expect(await find()).to.deep.equal([]);
  });
});

/** The first call is answered by `first`, and every later one by `later`. */
function once<A extends unknown[], R>(first: (...args: A) => R, later: (...args: A) => R): (...args: A) => R {
  let calls = 0;
  return (...args) => ((calls += 1) === 1 ? first : later)(...args);
}
