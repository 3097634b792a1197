import type { Admission } from "../ports/admission.js";
import type { Inventory } from "../ports/inventory.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { endingCases } from "./ending.js";
import { holdingCases } from "./holding.js";
import { expectRefused, heldBy, id, putOnSale, type InventoryHarness } from "./stock.js";

export type { InventoryHarness } from "./stock.js";

/** Inventory alone, its caller always granted the lock: it needs none to be right. */
function withoutLocks({ inventory }: { inventory: Inventory }): Admission {
  return {
    admit: (request) => inventory.hold(request, "granted"),
    confirm: (productId, epoch, reservations) => inventory.confirm(productId, epoch, reservations),
    release: (productId, epoch, reservations) => inventory.release(productId, epoch, reservations),
  };
}

/** What every Inventory must do, without any lock. */
export const inventoryContract: ContractCase<InventoryHarness>[] = [
  ...holdingCases<InventoryHarness>(withoutLocks),
  ...endingCases<InventoryHarness>(withoutLocks),
  {
    name: "refuses whose lock is taken, after window and price and before limit and stock",
    async run(harness) {
      const { inventory } = harness;
      const stock = await putOnSale(harness, { totalQuantity: 1, perUserLimit: 1 });
      await inventory.confirm(stock.productId, 1, [
        heldBy(await inventory.hold(stock.request("ada", id(1)), "granted")),
      ]);
      const ask = (userId: string, reservationId: string, asked = {}) =>
        stock.unchanged("the refusal", () => inventory.hold(stock.request(userId, reservationId, asked), "taken"));
      expectRefused(await ask("ada", id(2)), "in-progress");
      expectRefused(await ask("bob", id(3)), "in-progress");
      expectRefused(await ask("bob", id(3), { expectedPriceMinor: 1 }), "price-changed");
      expectRefused(await ask("bob", id(3), { quantity: 2 }), "exceeds-limit");
      expectEqual((await ask("ada", id(1))).kind, "already-ordered", "its own order");
    },
  },
  {
    name: "answers already-held to its own id also where its lock is taken",
    async run(harness) {
      const { inventory } = harness;
      const stock = await putOnSale(harness);
      heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      expectEqual((await inventory.hold(stock.request("ada", id(1)), "taken")).kind, "already-held", "answer");
    },
  },
  {
    name: "lists holds past their deadline, the oldest first, and no more than asked for",
    async run(harness) {
      const { inventory } = harness;
      const stock = await putOnSale(harness);
      const { productId } = stock;
      const reservations = [];
      for (const [index, userId] of ["zoe", "ada", "mia", "bob"].entries()) {
        reservations.push(
          heldBy(await inventory.hold(stock.request(userId, id(index), { quantity: 1 + (index % 2) }), "granted")),
        );
        await harness.pass(2);
      }
      const [zoe, ada, mia, bob] = reservations;
      expect(zoe !== undefined && ada !== undefined && mia !== undefined && bob !== undefined, "four holds");

      const early = await inventory.expired(productId, 1, 10);
      const nowMs = await harness.now();
      expect(
        early.every(({ deadlineMs }) => deadlineMs <= nowMs),
        "none before its deadline",
        early,
      );

      await inventory.confirm(productId, 1, [mia]);
      await harness.pass(harness.lockTtlMs);
      expectEqual(await inventory.expired(productId, 1, 2), [zoe, ada], "the two oldest");
      const all = await stock.unchanged("listing", () => inventory.expired(productId, 1, 10));
      expectEqual(all, [zoe, ada, bob], "all");
      await inventory.release(productId, 1, [zoe, bob]);
      expectEqual(await inventory.expired(productId, 1, 10), [ada], "those that are left");
      expectEqual(await inventory.expired(productId, 2, 10), [], "of another epoch");
      expectEqual(await inventory.expired(harness.newProductId(), 1, 10), [], "of no inventory");
    },
  },
  {
    name: "tells its counters, terms and time, and nothing of another epoch",
    async run(harness) {
      const { inventory } = harness;
      const before = await harness.now();
      const window = { saleStartAtMs: before - 1_000, saleEndAtMs: 253_402_300_799_999 };
      const terms = {
        totalQuantity: 100_000_000,
        priceMinor: 9_007_199_254_740_991,
        perUserLimit: 1_000_000,
        revision: 7,
        ...window,
      };
      const stock = await putOnSale(harness, terms, { epoch: 3, committed: 25_000_000 });
      const { nowMs, ...status } = await stock.status();
      const counters = { available: 75_000_000, held: 0, purchased: 25_000_000 };
      expectEqual(status, { ...terms, ...counters, epoch: 3, buyersLoaded: false }, "status");
      const after = await harness.now();
      expect(nowMs >= before && nowMs <= after, "the time is the hot store's", { before, nowMs, after });
      for (const epoch of [2, 4]) {
        expectEqual(await inventory.status(stock.productId, epoch), null, `status at ${epoch}`);
        expectEqual(await inventory.audit(stock.productId, epoch), null, `audit at ${epoch}`);
      }
      expectEqual(await inventory.status(harness.newProductId(), 1), null, "status of no inventory");
    },
  },
  {
    name: "audits the counters and every live hold of one instant",
    async run(harness) {
      const { inventory } = harness;
      const stock = await putOnSale(harness);
      const { productId } = stock;
      const ada = heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      const bob = heldBy(await inventory.hold(stock.request("bob", id(2), { quantity: 2 }), "granted"));
      await inventory.confirm(productId, 1, [ada]);
      const found = await inventory.audit(productId, 1);
      expectEqual(found?.holds, [bob], "holds");
      const { available, held, purchased } = found?.status ?? {};
      expectEqual({ available, held, purchased }, { available: 7, held: 2, purchased: 1 }, "counters");
    },
  },
  {
    name: "tells what is known of buyers, in the order asked, and whom each holds units for",
    async run(harness) {
      const { inventory, loading } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2, committed: 1 });
      const { productId } = stock;
      const known = (...userIds: string[]) => stock.unchanged("asking", () => inventory.buyers(productId, 2, userIds));
      const orders = [
        { id: id(1), units: 1 },
        { id: "a:2", units: 0 },
      ];
      await loading.teach(productId, 2, 0, [
        { userId: "ada", orders },
        { userId: "bob", orders: [] },
      ]);
      heldBy(await inventory.hold(stock.request("ada", "b:3"), "granted"));
      const ada = { orders, holds: "b:3" };
      const bob = { orders: [], holds: null };
      const unknown = { orders: null, holds: null };
      expectEqual(await known("eve", "bob", "ada", "bob"), [unknown, bob, ada, bob], "known");
      await loading.finishTeaching(productId, 2);
      expectEqual(await known("eve"), [unknown], "known, once all are taught");
      expectEqual(await known(), [], "known of nobody");

      const crowd = Array.from({ length: 600 }, (_, index) => `buyer-${index}`);
      const found = await known(...crowd, "ada");
      expectEqual([found?.length, found?.at(-1)], [601, ada], "known of many");
      for (const epoch of [1, 3]) expectEqual(await inventory.buyers(productId, epoch, ["ada"]), null, `at ${epoch}`);
      expectEqual(await inventory.buyers(productId, 1, []), null, "nobody, at another epoch");
      expectEqual(await inventory.buyers(harness.newProductId(), 2, ["ada"]), null, "of no inventory");
    },
  },
];
