import type { Cancellation } from "../change.js";
import type { InventoryChanges } from "../ports/inventory-changes.js";
import type { Reservation } from "../reservation.js";
import { expectEqual, type ContractCase } from "./case.js";
import { expectRefused, heldBy, id, putOnSale, type InventoryHarness, type Stock } from "./stock.js";

interface Harness extends InventoryHarness {
  readonly inventoryChanges: InventoryChanges;
}

function cancelled(
  { productId }: Stock,
  revision: number,
  order: Pick<Reservation, "id" | "userId" | "quantity">,
): Cancellation {
  return { kind: "cancel", id: order.id, productId, revision, userId: order.userId, units: order.quantity };
}

/** Short words for one buyer's way, which needs no lock. */
function counter({ inventory }: Harness, stock: Stock) {
  const ask = (userId: string, orderId: string, quantity = 1) =>
    inventory.hold(stock.request(userId, orderId, { quantity }), "granted");
  const take = async (userId: string, orderId: string, quantity = 1) => heldBy(await ask(userId, orderId, quantity));
  const confirm = (...reservations: Reservation[]) => inventory.confirm(stock.productId, stock.epoch, reservations);
  const buy = async (userId: string, orderId: string, quantity = 1) => {
    const reservation = await take(userId, orderId, quantity);
    await confirm(reservation);
    return reservation;
  };
  const known = async (userId: string) => (await inventory.buyers(stock.productId, stock.epoch, [userId]))?.[0];
  return { ask, take, confirm, buy, known };
}

/** What a cancelled order promises in the inventory. */
export const cancellingCases: ContractCase<Harness>[] = [
  {
    name: "puts the units of a cancelled purchase back on sale, and its buyer may buy again",
    async run(harness) {
      const stock = await putOnSale(harness, { totalQuantity: 3, perUserLimit: 3 });
      const { ask, take, buy, known } = counter(harness, stock);
      await buy("ada", "a:1");
      const order = await buy("ada", "a:1:2", 2);
      const answer = await harness.inventoryChanges.apply(1, cancelled(stock, 1, order));
      expectEqual(answer, { kind: "applied", before: 0, after: 2 }, "answer");
      expectEqual(await stock.counters(), { available: 2, held: 0, purchased: 1 }, "counters");
      expectEqual((await stock.status()).revision, 1, "revision");
      const orders = [
        { id: "a:1", units: 1 },
        { id: "a:1:2", units: 0 },
      ];
      expectEqual(await known("ada"), { orders, holds: null }, "what is known of the buyer");
      const replay = await stock.unchanged("a replay", () => ask("ada", "a:1:2", 2));
      expectEqual(replay, { kind: "already-ordered", orderId: "a:1:2" }, "a replay");
      expectEqual(expectRefused(await ask("ada", id(3), 3), "limit-reached").orders, orders, "orders told");
      await take("ada", id(4), 2);
    },
  },
  {
    name: "ends the hold of a cancelled order whose confirm has not come: when it comes it does nothing",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const { ask, take, confirm, known } = counter(harness, stock);
      const order = await take("ada", id(1), 2);
      const answer = await inventoryChanges.apply(1, cancelled(stock, 1, order));
      expectEqual(answer, { kind: "applied", before: 8, after: 10 }, "answer");
      await stock.unchanged("what comes later", async () => {
        await confirm(order);
        await inventory.release(stock.productId, 1, [order]);
      });
      expectEqual(await stock.counters(), { available: 10, held: 0, purchased: 0 }, "counters");
      expectEqual(await known("ada"), { orders: [{ id: id(1), units: 0 }], holds: null }, "what is known of the buyer");
      expectEqual((await ask("ada", id(1), 2)).kind, "already-ordered", "a replay");
      await harness.pass(harness.lockTtlMs + 5);
      expectEqual(await inventory.expired(stock.productId, 1, 10), [], "holds past their deadline");
      await take("ada", id(2), 2);
    },
  },
  {
    name: "leaves the hold alone that the buyer of a cancelled purchase has for another",
    async run(harness) {
      const stock = await putOnSale(harness);
      const { take, confirm, buy, known } = counter(harness, stock);
      const order = await buy("ada", id(1));
      const other = await take("ada", id(2));
      await harness.inventoryChanges.apply(1, cancelled(stock, 1, order));
      expectEqual(await stock.counters(), { available: 9, held: 1, purchased: 0 }, "counters");
      await confirm(other);
      const orders = [
        { id: id(1), units: 0 },
        { id: id(2), units: 1 },
      ];
      expectEqual(await known("ada"), { orders, holds: null }, "what is known of the buyer");
    },
  },
  {
    name: "puts the units of a cancelled order back once",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const { buy } = counter(harness, stock);
      const [first, second] = [await buy("ada", id(1)), await buy("bob", id(2), 2)];
      const next = cancelled(stock, 2, second);
      const early = await stock.unchanged("before its time", () => inventoryChanges.apply(1, next));
      expectEqual(early, { kind: "too-early" }, "before its time");
      const change = cancelled(stock, 1, first);
      const answers = await Promise.all(Array.from({ length: 10 }, () => inventoryChanges.apply(1, change)));
      expectEqual(answers.filter(({ kind }) => kind === "applied").length, 1, "applied");
      expectEqual(answers.filter(({ kind }) => kind === "applied-before").length, 9, "applied before");
      await inventoryChanges.apply(1, next);
      const again = await stock.unchanged("again", () => inventoryChanges.apply(1, change));
      expectEqual(again, { kind: "applied-before" }, "again");
      expectEqual(await stock.counters(), { available: 10, held: 0, purchased: 0 }, "counters");
    },
  },
  {
    name: "is contradicted by a cancelled order of more units than were ever purchased here",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const { buy, take, known } = counter(harness, stock);
      await buy("ada", id(1));
      await take("bob", id(2));
      for (const userId of ["ada", "bob", "eve"]) {
        const change = cancelled(stock, 1, { id: id(9), userId, quantity: 2 });
        const answer = await stock.unchanged("contradicting", () => inventoryChanges.apply(1, change));
        expectEqual(answer, { kind: "contradicted" }, `an order of ${userId}`);
      }
      expectEqual((await stock.status()).revision, 0, "revision");
      expectEqual((await known("eve"))?.orders, null, "what is known of eve");
    },
  },
  {
    name: "cancels nothing of another life",
    async run(harness) {
      const stock = await putOnSale(harness, {}, { epoch: 2, committed: 3 });
      const change = cancelled(stock, 1, { id: id(1), userId: "ada", quantity: 1 });
      for (const epoch of [1, 3]) {
        const answer = await stock.unchanged("it", () => harness.inventoryChanges.apply(epoch, change));
        expectEqual(answer, { kind: "not-in-service" }, `life ${epoch}`);
      }
    },
  },
  {
    name: "notes nothing of a buyer who is not known yet, and a teacher who read before the cancellation is behind",
    async run(harness) {
      const { loading, inventoryChanges } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2, committed: 2 });
      const { productId } = stock;
      const { ask, take, known } = counter(harness, stock);
      const asked = await ask("ada", id(2));
      expectEqual(asked, { kind: "unknown-buyer", revision: 0 }, "ada");
      const readBefore = [{ userId: "ada", orders: [{ id: id(1), units: 2 }] }];
      const change = cancelled(stock, 1, { id: id(1), userId: "ada", quantity: 2 });
      expectEqual(await inventoryChanges.apply(2, change), { kind: "applied", before: 8, after: 10 }, "answer");
      expectEqual(await known("ada"), { orders: null, holds: null }, "what is known of ada");

      expectEqual(await loading.teach(productId, 2, 0, readBefore), "behind", "a teacher who read before");
      expectEqual(await ask("ada", id(2)), { kind: "unknown-buyer", revision: 1 }, "ada, after the cancellation");
      const readAfter = [{ userId: "ada", orders: [{ id: id(1), units: 0 }] }];
      expectEqual(await loading.teach(productId, 2, 1, readAfter), "taught", "a teacher who read after");
      expectEqual((await ask("ada", id(1))).kind, "already-ordered", "a replay");
      await take("ada", id(2), 2);
      expectEqual(await stock.counters(), { available: 8, held: 2, purchased: 0 }, "counters");
    },
  },
  {
    name: "notes the cancelled order of a buyer who is new once all are taught",
    async run(harness) {
      const { loading, inventoryChanges } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2, committed: 1 });
      const { ask, known } = counter(harness, stock);
      await loading.finishTeaching(stock.productId, 2);
      await inventoryChanges.apply(2, cancelled(stock, 1, { id: id(1), userId: "ada", quantity: 1 }));
      expectEqual((await known("ada"))?.orders, [{ id: id(1), units: 0 }], "what is known of ada");
      expectEqual((await ask("ada", id(1))).kind, "already-ordered", "a replay");
      expectEqual(await stock.counters(), { available: 10, held: 0, purchased: 0 }, "counters");
    },
  },
];
