import { withholder, type TermsChange } from "../change.js";
import type { ApplyAnswer, InventoryChanges, WithholdAnswer } from "../ports/inventory-changes.js";
import type { Reservation } from "../reservation.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { cancellingCases } from "./inventory-cancelling.js";
import { expectRefused, heldBy, id, putOnSale, type InventoryHarness, type Stock } from "./stock.js";

/** What the suite of InventoryChanges needs of a store. */
export interface InventoryChangesHarness extends InventoryHarness {
  readonly inventoryChanges: InventoryChanges;
}

const CHANGE = id(900);
const LATER = id(901);

function lowering(stock: Stock, units: number, revision = 0, changeId = CHANGE) {
  return { productId: stock.productId, epoch: stock.epoch, revision, changeId, units };
}

/** The terms as they are now, but for what changes. */
async function termsOf(
  stock: Stock,
  revision: number,
  changes: Partial<TermsChange["terms"]> = {},
  changeId = CHANGE,
): Promise<TermsChange> {
  const { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs } = await stock.status();
  const terms = { totalQuantity, priceMinor, perUserLimit, saleStartAtMs, saleEndAtMs, ...changes };
  return { kind: "terms", id: changeId, productId: stock.productId, revision, terms };
}

function withheldBy(answer: WithholdAnswer): Reservation {
  expect(answer.kind === "withheld", "units are withheld", answer);
  return answer.reservation;
}

const withholdingCases: ContractCase<InventoryChangesHarness>[] = [
  {
    name: "withholds units outside the window and beyond a buyer's limit, in a hold of the change's",
    async run(harness) {
      const startsAtMs = (await harness.now()) + 60_000;
      const stock = await putOnSale(harness, { saleStartAtMs: startsAtMs });
      const before = await harness.now();
      const answer = await harness.inventoryChanges.withhold(lowering(stock, 7));
      const after = await harness.now();
      const { admittedAtMs, deadlineMs, ...facts } = withheldBy(answer);
      const { productId, epoch } = stock;
      const own = { id: CHANGE, userId: withholder(CHANGE), productId, epoch };
      expectEqual(facts, { ...own, quantity: 7, priceMinor: 4_999, fingerprint: "" }, "the hold");
      expect(admittedAtMs >= before && admittedAtMs <= after, "by the hot store's clock", admittedAtMs);
      expectEqual(deadlineMs - admittedAtMs, harness.lockTtlMs, "life of the hold");
      expectEqual(await stock.counters(), { available: 3, held: 7, purchased: 0 }, "counters");
      const audit = await harness.inventory.audit(productId, epoch);
      expectEqual(audit?.holds, [withheldBy(answer)], "holds in an audit");
    },
  },
  {
    name: "withholds once, and answers a repeated id with what is held, whatever is asked now",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const answers = await Promise.all([1, 2, 3].map(() => inventoryChanges.withhold(lowering(stock, 4))));
      const [first] = answers;
      expectEqual(answers, [first, first, first], "answers");
      const again = await stock.unchanged("repeating", () => inventoryChanges.withhold(lowering(stock, 9, 5)));
      expectEqual(again, first, "answer");
      expectEqual(await stock.counters(), { available: 6, held: 4, purchased: 0 }, "counters");
    },
  },
  {
    name: "withholds nothing for a total that was read at another revision, nor of another life",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness, { revision: 3 }, { epoch: 2 });
      const ask = (asked: object) =>
        stock.unchanged("asking", () => inventoryChanges.withhold({ ...lowering(stock, 1, 3), ...asked }));
      for (const revision of [2, 4]) expectEqual(await ask({ revision }), { kind: "other-revision" }, `at ${revision}`);
      for (const epoch of [1, 3]) expectEqual(await ask({ epoch }), { kind: "not-in-service" }, `in life ${epoch}`);
      expectEqual(await ask({ productId: harness.newProductId() }), { kind: "not-in-service" }, "of no inventory");
    },
  },
  {
    name: "withholds no more units than are left, tells what is in the way, and nobody can buy what is withheld",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const ada = heldBy(await inventory.hold(stock.request("ada", id(1), { quantity: 2 }), "granted"));
      await inventory.confirm(stock.productId, 1, [ada]);
      heldBy(await inventory.hold(stock.request("bob", id(2)), "granted"));
      const tooMany = await stock.unchanged("the refusal", () => inventoryChanges.withhold(lowering(stock, 8)));
      expectEqual(tooMany, { kind: "too-few", available: 7, held: 1, purchased: 2 }, "answer");
      withheldBy(await inventoryChanges.withhold(lowering(stock, 7)));
      expectRefused(await inventory.hold(stock.request("eve", id(3)), "granted"), "sold-out");
    },
  },
  {
    name: "lists withheld units whose maker is gone, and puts them back once the change is void",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const withheld = withheldBy(await inventoryChanges.withhold(lowering(stock, 10)));
      await harness.pass(harness.lockTtlMs);
      expectEqual(await inventory.expired(stock.productId, 1, 10), [withheld], "past its deadline");
      const back = await inventory.release(stock.productId, 1, [withheld, withheld]);
      expectEqual(back, { before: 0, after: 10 }, "stock");
      expectEqual(await inventory.expired(stock.productId, 1, 10), [], "past its deadline afterwards");
      expectEqual(await stock.counters(), { available: 10, held: 0, purchased: 0 }, "counters");
    },
  },
];

const termsCases: ContractCase<InventoryChangesHarness>[] = [
  {
    name: "puts the units of a raised total on sale, under the change's revision",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness, { totalQuantity: 1 });
      heldBy(await inventory.hold(stock.request("ada", id(1)), "granted"));
      const change = await termsOf(stock, 1, { totalQuantity: 5 });
      expectEqual(await inventoryChanges.apply(1, change), { kind: "applied", before: 0, after: 4 }, "answer");
      expectEqual(await stock.counters(), { available: 4, held: 1, purchased: 0 }, "counters");
      const { totalQuantity, revision } = await stock.status();
      expectEqual({ totalQuantity, revision }, { totalQuantity: 5, revision: 1 }, "terms");
      const answer = await inventory.hold(stock.request("bob", id(2)), "granted");
      expectEqual(answer.kind === "held" && answer.revision, 1, "revision told");
    },
  },
  {
    name: "lowers the total by the units that were withheld for it, and leaves those of another change",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      withheldBy(await inventoryChanges.withhold(lowering(stock, 4)));
      const other = withheldBy(await inventoryChanges.withhold(lowering(stock, 1, 0, LATER)));
      heldBy(await inventory.hold(stock.request("ada", id(1), { quantity: 2 }), "granted"));
      const change = await termsOf(stock, 1, { totalQuantity: 6 });
      expectEqual(await inventoryChanges.apply(1, change), { kind: "applied", before: 3, after: 3 }, "answer");
      expectEqual(await stock.counters(), { available: 3, held: 3, purchased: 0 }, "counters");
      await harness.pass(harness.lockTtlMs + 5);
      const expired = await inventory.expired(stock.productId, 1, 10);
      expectEqual(expired.map(({ userId }) => userId).sort(), [other.userId, "ada"].sort(), "holds that are left");
    },
  },
  {
    name: "lowers the total without withheld units as far as stock allows, and else is contradicted",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      heldBy(await inventory.hold(stock.request("ada", id(1), { quantity: 2 }), "granted"));
      const tooLow = await termsOf(stock, 1, { totalQuantity: 1 });
      const answer = await stock.unchanged("contradicting", () => inventoryChanges.apply(1, tooLow));
      expectEqual(answer, { kind: "contradicted" }, "answer");
      expectEqual((await stock.status()).revision, 0, "revision");
      const change = await termsOf(stock, 1, { totalQuantity: 2 });
      expectEqual(await inventoryChanges.apply(1, change), { kind: "applied", before: 8, after: 0 }, "answer");
      expectEqual(await stock.counters(), { available: 0, held: 2, purchased: 0 }, "counters");
    },
  },
  {
    name: "changes price and limit for the holds that come, not for those that stand",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const ask = (userId: string, number: number, asked = {}) =>
        inventory.hold(stock.request(userId, id(number), asked), "granted");
      const standing = heldBy(await ask("ada", 1, { quantity: 2 }));
      await inventoryChanges.apply(1, await termsOf(stock, 1, { priceMinor: 3_999, perUserLimit: 1 }));
      const again = await ask("ada", 1);
      expectEqual(again.kind === "already-held" && again.reservation, standing, "the standing hold");
      expectRefused(await ask("bob", 2, { expectedPriceMinor: 4_999 }), "price-changed");
      expectEqual(expectRefused(await ask("bob", 2, { quantity: 2 }), "exceeds-limit").perUserLimit, 1, "limit told");
      expectEqual(heldBy(await ask("bob", 2, { expectedPriceMinor: 3_999 })).priceMinor, 3_999, "price");
      await inventory.confirm(stock.productId, 1, [standing]);
      expectRefused(await ask("ada", 3), "limit-reached");
    },
  },
  {
    name: "moves the window of a sale that goes on",
    async run(harness) {
      const { inventory, inventoryChanges } = harness;
      const stock = await putOnSale(harness);
      const { saleStartAtMs, saleEndAtMs } = await stock.status();
      const nowMs = await harness.now();
      const ask = () => inventory.hold(stock.request("ada", id(1)), "granted");
      await inventoryChanges.apply(1, await termsOf(stock, 1, { saleEndAtMs: nowMs }));
      expectRefused(await ask(), "ended");
      const later = { saleStartAtMs: nowMs + 60_000, saleEndAtMs: nowMs + 120_000 };
      await inventoryChanges.apply(1, await termsOf(stock, 2, later));
      expectRefused(await ask(), "not-started");
      await inventoryChanges.apply(1, await termsOf(stock, 3, { saleStartAtMs, saleEndAtMs }));
      heldBy(await ask());
      const status = await stock.status();
      expectEqual(
        [status.saleStartAtMs, status.saleEndAtMs, status.revision],
        [saleStartAtMs, saleEndAtMs, 3],
        "terms",
      );
    },
  },
  {
    name: "applies each change once, and only next to the one before it",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness, { revision: 4 });
      const change = await termsOf(stock, 5, { totalQuantity: 12 });
      const early = { ...change, revision: 6 };
      const unchanged = (apply: TermsChange) => stock.unchanged("it", () => inventoryChanges.apply(1, apply));
      expectEqual(await unchanged(early), { kind: "too-early" }, "before its time");
      for (const revision of [3, 4])
        expectEqual(await unchanged({ ...change, revision }), { kind: "applied-before" }, `number ${revision}`);

      const answers = await Promise.all(Array.from({ length: 10 }, () => inventoryChanges.apply(1, change)));
      const kinds = answers.map(({ kind }: ApplyAnswer) => kind);
      expectEqual(kinds.filter((kind) => kind === "applied").length, 1, "applied");
      expectEqual(kinds.filter((kind) => kind === "applied-before").length, 9, "applied before");
      expectEqual(await unchanged(change), { kind: "applied-before" }, "again");
      expectEqual(await stock.counters(), { available: 12, held: 0, purchased: 0 }, "counters");
    },
  },
  {
    name: "changes nothing of another life, nor where there is no inventory",
    async run(harness) {
      const { inventoryChanges } = harness;
      const stock = await putOnSale(harness, {}, { epoch: 2 });
      const change = await termsOf(stock, 1, { totalQuantity: 12 });
      for (const epoch of [1, 3]) {
        const answer = await stock.unchanged("it", () => inventoryChanges.apply(epoch, change));
        expectEqual(answer, { kind: "not-in-service" }, `life ${epoch}`);
      }
      const elsewhere = { ...change, productId: harness.newProductId() };
      expectEqual(await inventoryChanges.apply(2, elsewhere), { kind: "not-in-service" }, "no inventory");
      expectEqual((await stock.status()).revision, 0, "revision");
    },
  },
];

/** What every InventoryChanges must do, beside the Inventory over the same store. */
export const inventoryChangesContract: ContractCase<InventoryChangesHarness>[] = [
  ...withholdingCases,
  ...termsCases,
  ...cancellingCases,
];
