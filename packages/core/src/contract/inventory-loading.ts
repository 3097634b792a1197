import type { BuyerOrder } from "../order.js";
import type { InventoryLoading, KnownBuyersPage } from "../ports/inventory.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { expectRefused, heldBy, id, putOnSale, sum, type InventoryHarness } from "./stock.js";

/** The harness is Inventory's: what is loaded is seen through it. */
export const inventoryLoadingContract: ContractCase<InventoryHarness>[] = [
  {
    name: "puts a first inventory in service, which knows it has no buyers once it is told so",
    async run(harness) {
      const productId = harness.newProductId();
      expectEqual(await harness.loading.lastEpoch(productId), 0, "last epoch before");
      const stock = await putOnSale(harness, {}, { productId });
      expectEqual(await harness.loading.lastEpoch(productId), 1, "last epoch after");
      expectEqual((await stock.status()).buyersLoaded, true, "buyers loaded");
      heldBy(await harness.inventory.hold(stock.request("ada", id(1)), "granted"));
    },
  },
  {
    name: "refuses to go back, and changes nothing then",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 5 });
      const { productId } = stock;
      await loading.finishTeaching(productId, 5);
      heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      const { epoch: _epoch, nowMs: _nowMs, ...terms } = await stock.status();
      for (const epoch of [1, 4, 5]) {
        const other = { ...terms, totalQuantity: 99 };
        expectEqual(
          await stock.unchanged("going back", () => loading.load(productId, epoch, other, 0)),
          "refused",
          `load ${epoch}`,
        );
      }
      expectEqual(await loading.lastEpoch(productId), 5, "last epoch");
    },
  },
  {
    name: "loads once when several load one epoch at once",
    async run(harness) {
      const { loading } = harness;
      const productId = harness.newProductId();
      const nowMs = await harness.now();
      const window = { saleStartAtMs: nowMs, saleEndAtMs: nowMs + 60_000 };
      const terms = { totalQuantity: 10, priceMinor: 1, perUserLimit: 1, revision: 0, ...window };
      const outcomes = await Promise.all(Array.from({ length: 10 }, () => loading.load(productId, 1, terms, 0)));
      expectEqual(outcomes.filter((outcome) => outcome === "loaded").length, 1, "loaded");
    },
  },
  {
    name: "begins a new life with what was committed, without the old life's holds and buyers",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness);
      const { productId } = stock;
      const ada = heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      heldBy(await inventory.hold(stock.request("bob", id(2), { quantity: 2 }), "granted"));
      await inventory.confirm(productId, 1, [ada]);

      const next = await putOnSale(
        harness,
        { priceMinor: 3_999, totalQuantity: 12 },
        { productId, epoch: 4, committed: 1 },
      );
      expectEqual(await next.counters(), { available: 11, held: 0, purchased: 1 }, "counters");
      expectEqual(await loading.lastEpoch(productId), 4, "last epoch");
      expectEqual((await next.status()).buyersLoaded, false, "buyers loaded");
      const { kind } = await inventory.hold(stock.request("eve", id(3)), "granted");
      expectEqual(kind, "not-in-service", "the old life");
      await loading.teach(productId, 4, 0, [{ userId: "bob", orders: [] }]);
      const again = await inventory.hold(next.request("bob", id(2)), "granted");
      expectEqual(heldBy(again).priceMinor, 3_999, "price of the new life");
    },
  },
  {
    name: "answers unknown-buyer until the buyer is taught or all are, and that changes nothing",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2, committed: 1 });
      const { productId } = stock;
      const ask = (userId: string, number: number) => inventory.hold(stock.request(userId, id(number)), "granted");
      for (const userId of ["ada", "bob", "eve"]) {
        const answer = await stock.unchanged("asking", () => ask(userId, 9));
        expectEqual(answer, { kind: "unknown-buyer", revision: 0 }, `answer to ${userId}`);
      }
      const orders = [
        { id: id(1), units: 1 },
        { id: id(2), units: 0 },
      ];
      const answer = await stock.unchanged("teaching", () =>
        loading.teach(productId, 2, 0, [
          { userId: "ada", orders },
          { userId: "bob", orders: [] },
        ]),
      );
      expectEqual(answer, "taught", "answer to the teacher");
      expectEqual((await ask("ada", 1)).kind, "already-ordered", "ada's order");
      expectEqual((await ask("ada", 2)).kind, "already-ordered", "ada's cancelled order");
      const tooMany = await inventory.hold(stock.request("ada", id(3), { quantity: 2 }), "granted");
      expectEqual(expectRefused(tooMany, "limit-reached").orders, orders, "ada's orders");
      heldBy(await ask("ada", 4));
      heldBy(await ask("bob", 5));
      expectEqual((await ask("eve", 6)).kind, "unknown-buyer", "eve");

      await stock.unchanged("finishing", () => loading.finishTeaching(productId, 2));
      expectEqual((await stock.status()).buyersLoaded, true, "buyers loaded");
      heldBy(await ask("eve", 6));
    },
  },
  {
    name: "leaves a known buyer as they are: what they did since is newer than what the teacher read",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2 });
      const { productId } = stock;
      await loading.teach(productId, 2, 0, [{ userId: "ada", orders: [] }]);
      const bought = heldBy(await inventory.hold(stock.request("ada", id(1), { quantity: 2 }), "granted"));
      await inventory.confirm(productId, 2, [bought]);
      await loading.teach(productId, 2, 0, [{ userId: "ada", orders: [] }]);
      expectRefused(await inventory.hold(stock.request("ada", id(2)), "granted"), "limit-reached");
    },
  },
  {
    name: "leaves a buyer as they were told of first, in one lesson too",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, { perUserLimit: 1 }, { epoch: 2 });
      await loading.teach(stock.productId, 2, 0, [
        { userId: "ada", orders: [{ id: id(1), units: 1 }] },
        { userId: "ada", orders: [] },
      ]);
      expectRefused(await inventory.hold(stock.request("ada", id(2)), "granted"), "limit-reached");
    },
  },
  {
    name: "teaches nobody once all are taught: a late teacher's order may still be held here, and counts once",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, { perUserLimit: 2 }, { epoch: 2 });
      const { productId } = stock;
      await loading.finishTeaching(productId, 2);
      const held = heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      // Its order stands already, its confirm is on its way.
      const lesson = [{ userId: "ada", orders: [{ id: id(1), units: 1 }] }];
      expectEqual(await loading.teach(productId, 2, 0, lesson), "taught", "the late teacher's answer");
      expectEqual((await inventory.hold(stock.request("ada", id(1)), "granted")).kind, "already-held", "the hold");
      await inventory.confirm(productId, 2, [held]);
      expectEqual(
        await inventory.buyers(productId, 2, ["ada"]),
        [{ orders: [{ id: id(1), units: 1 }], holds: null }],
        "what is known of the buyer",
      );
      heldBy(await inventory.hold(stock.request("ada", id(2)), "granted"));
    },
  },
  {
    name: "teaches nothing to another life",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 3 });
      const { productId } = stock;
      for (const epoch of [2, 4]) {
        const answer = await loading.teach(productId, epoch, 0, [{ userId: "ada", orders: [] }]);
        expectEqual(answer, "not-in-service", `teaching ${epoch}`);
        await loading.finishTeaching(productId, epoch);
      }
      expectEqual((await stock.status()).buyersLoaded, false, "buyers loaded");
      expectEqual((await inventory.hold(stock.request("ada", id(1)), "granted")).kind, "unknown-buyer", "ada");
      const nowhere = harness.newProductId();
      const answer = await loading.teach(nowhere, 1, 0, [{ userId: "ada", orders: [] }]);
      expectEqual(answer, "not-in-service", "teaching nobody's inventory");
      await loading.finishTeaching(nowhere, 1);
      expectEqual(await inventory.status(nowhere, 1), null, "an inventory that was never loaded");
      expectEqual(await loading.lastEpoch(nowhere), 0, "its last epoch");
    },
  },
  {
    name: "teaches nothing that was read at another revision",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, { revision: 3 }, { epoch: 2 });
      const { productId } = stock;
      for (const revision of [0, 2, 4]) {
        const answer = await loading.teach(productId, 2, revision, [{ userId: "ada", orders: [] }]);
        expectEqual(answer, "behind", `teaching at ${revision}`);
        expectEqual(await loading.teach(productId, 2, revision, []), "behind", `teaching nobody at ${revision}`);
      }
      const asked = await inventory.hold(stock.request("ada", id(1)), "granted");
      expectEqual(asked, { kind: "unknown-buyer", revision: 3 }, "ada");
      expectEqual(await loading.teach(productId, 2, 3, [{ userId: "ada", orders: [] }]), "taught", "teaching at 3");
      heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
    },
  },
  {
    name: "teaches any number of buyers in one call",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, { totalQuantity: 3_000, perUserLimit: 3 }, { epoch: 2, committed: 1_200 });
      const { productId } = stock;
      const buyers = Array.from({ length: 1_200 }, (_, index) => ({
        userId: `buyer-${index}`,
        orders: [{ id: id(index), units: 1 }],
      }));
      expectEqual(await loading.teach(productId, 2, 0, buyers), "taught", "1,200 buyers");
      expectEqual(await loading.teach(productId, 2, 0, []), "taught", "no buyer");
      const answers = await Promise.all(
        buyers.map(({ userId }, index) =>
          inventory.hold(stock.request(userId, id(5_000 + index), { quantity: 3 }), "granted"),
        ),
      );
      const known = answers.map((answer, index) => expectRefused(answer, "limit-reached").orders[0]?.id === id(index));
      expectEqual(sum(known.map(Number)), 1_200, "buyers known by their orders");
    },
  },
  {
    name: "names all known buyers with their orders, page by page, whoever becomes known meanwhile",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, { totalQuantity: 5_000 }, { epoch: 2, committed: 1_200 });
      const { productId } = stock;
      const taught = (from: number, count: number) =>
        Array.from({ length: count }, (_, n) => ({
          userId: `u:${from + n}`,
          orders: [{ id: id(from + n), units: 1 }],
        }));
      await loading.teach(productId, 2, 0, [...taught(0, 1_200), { userId: "bob", orders: [] }]);
      await loading.finishTeaching(productId, 2);
      const ada = heldBy(await inventory.hold(stock.request("ada", "a:1", { quantity: 2 }), "granted"));
      await inventory.confirm(productId, 2, [ada]);
      heldBy(await inventory.hold(stock.request("eve", id(9_000)), "granted"));

      let comers = 0;
      const named = await allKnown(loading, productId, 2, async () => {
        const userIds = Array.from({ length: 300 }, () => `later:${(comers += 1)}`);
        const held = await Promise.all(
          userIds.map((userId, n) => inventory.hold(stock.request(userId, id(10_000 + comers + n)), "granted")),
        );
        await inventory.confirm(productId, 2, held.map(heldBy));
      });
      expect(comers > 0, "so many are named in more than one page");
      const expected = new Map<string, readonly BuyerOrder[]>([
        ["ada", [{ id: "a:1", units: 2 }]],
        ["bob", []],
        ...taught(0, 1_200).map(({ userId, orders }) => [userId, orders] as const),
      ]);
      const before = [...named].filter(([userId]) => !userId.startsWith("later:"));
      expectEqual(Object.fromEntries(before), Object.fromEntries(expected), "known all the while");
    },
  },
  {
    name: "names buyers whose ids hold any characters",
    async run(harness) {
      const { loading } = harness;
      const { productId } = await putOnSale(harness, {}, { epoch: 2 });
      const userIds = ['"', "\\", "/", "a\nb\tc", "\u0001\u007f", "[1,2]", "é", "😀", "\u2028", "null", " "];
      const buyers = userIds.map((userId, n) => ({ userId, orders: [{ id: `"${n}\\`, units: n }] }));
      expectEqual(await loading.teach(productId, 2, 0, buyers), "taught", "teaching");
      const expected = buyers.map(({ userId, orders }) => [userId, orders] as const);
      const named = await allKnown(loading, productId, 2);
      expectEqual(named.size, expected.length, "buyers");
      expectEqual(Object.fromEntries(named), Object.fromEntries(expected), "known");
    },
  },
  {
    name: "names nobody where none is known, and says where no inventory of that epoch is",
    async run(harness) {
      const { loading } = harness;
      const { productId } = await putOnSale(harness, {}, { epoch: 2 });
      expectEqual([...(await allKnown(loading, productId, 2))], [], "known to a new inventory");
      for (const epoch of [1, 3]) expectEqual(await loading.knownBuyers(productId, epoch, null), null, `at ${epoch}`);
      expectEqual(await loading.knownBuyers(harness.newProductId(), 2, null), null, "of no inventory");
    },
  },
];

/** Every page of known buyers; `between` runs after each but the last, three times at most. */
async function allKnown(
  loading: InventoryLoading,
  productId: string,
  epoch: number,
  between: () => Promise<void> = async () => undefined,
): Promise<Map<string, readonly BuyerOrder[]>> {
  const named = new Map<string, readonly BuyerOrder[]>();
  let from: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page: KnownBuyersPage | null = await loading.knownBuyers(productId, epoch, from);
    expect(page !== null, "the inventory is in service");
    for (const { userId, orders } of page.buyers) named.set(userId, orders);
    from = page.next;
    if (from === null) return named;
    if (pages <= 3) await between();
  }
}
