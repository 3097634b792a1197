import { withholder } from "../change.js";
import type { Product } from "../product.js";
import type { Reservation } from "../reservation.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import {
  committed,
  draftOf,
  draftsOf,
  givenProduct,
  idOf,
  OTHER_PRODUCT,
  PRODUCT,
  told,
  type ChangesHarness,
} from "./given.js";

const CHANGE = idOf(500);

/** What the inventory holds while a total is lowered. */
function withheldOf(id: string, units: number, productId = PRODUCT): Reservation {
  const { epoch, priceMinor, admittedAtMs, deadlineMs } = draftOf(0);
  const request = { productId, epoch, userId: withholder(id), quantity: units, fingerprint: "" };
  return { id, ...request, priceMinor, admittedAtMs, deadlineMs };
}

async function expectUntouched({ products, changes }: ChangesHarness, product: Product): Promise<void> {
  expectEqual(await products.find(PRODUCT), product, "the product");
  expectEqual((await changes.after(PRODUCT, 0, 10)).length, product.revision, "changes");
}

export const withheldCases: ContractCase<ChangesHarness>[] = [
  {
    name: "lowers a total by the units that were withheld, to the last one that is sold",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 3 })]);
      const withheld = { epoch: 1, revision: 0, units: 97 };
      const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 3 }, withheld);
      expectEqual(answer, { kind: "changed", revision: 1 }, "the answer");
      expectEqual((await harness.products.find(PRODUCT))?.totalQuantity, 3, "the total");
      expectEqual((await harness.orders.commit(PRODUCT, 1, [draftOf(2)])).map(told), ["void total"], "one more");
    },
  },
  {
    name: "refuses a total below what is sold, and says how much that is",
    async run(harness) {
      const product = await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 3 }), draftOf(2)]);
      for (const withheld of [null, { epoch: 1, revision: 0, units: 97 }]) {
        const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 3, name: "Other" }, withheld);
        expectEqual(answer, { kind: "total-too-low", committed: 4 }, "the answer");
      }
      await expectUntouched(harness, { ...product, committed: 4 });
    },
  },
  {
    name: "refuses what was withheld of another epoch, at another revision, or of another number, and changes nothing",
    async run(harness) {
      await givenProduct(harness);
      await harness.changes.change(PRODUCT, idOf(501), { priceMinor: 5 }, null);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(2));
      const product = await harness.products.find(PRODUCT);
      expect(product !== null, "the product is there");
      const needed = { epoch: 2, revision: 1, units: 10 };
      const others = [
        null,
        { ...needed, epoch: 1 },
        { ...needed, revision: 0 },
        { ...needed, units: 9 },
        { ...needed, units: 11 },
      ];
      for (const withheld of others) {
        const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, withheld);
        expectEqual(answer, { kind: "moved" }, `the answer with ${JSON.stringify(withheld)}`);
      }
      for (const edit of [{ totalQuantity: 110 }, { name: "Other" }]) {
        const answer = await harness.changes.change(PRODUCT, CHANGE, edit, needed);
        expectEqual(answer, { kind: "moved" }, `the answer to ${JSON.stringify(edit)}, which needs none`);
      }
      await expectUntouched(harness, product);
      const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, needed);
      expectEqual(answer, { kind: "changed", revision: 2 }, "with what is needed");
    },
  },
  {
    name: "never makes a change whose id is void, for its units have gone back",
    async run(harness) {
      const product = await givenProduct(harness);
      expectEqual(await harness.orders.void(PRODUCT, [withheldOf(CHANGE, 10)]), ["void"], "what stands");
      for (const withheld of [{ epoch: 1, revision: 0, units: 10 }, null]) {
        const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, withheld);
        expectEqual(answer, { kind: "void" }, "the late change");
      }
      await expectUntouched(harness, product);
    },
  },
  {
    name: "makes a change whatever else is void: another id, or its own in another product",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      await harness.orders.void(PRODUCT, [withheldOf(idOf(501), 10)]);
      await harness.orders.void(OTHER_PRODUCT, [withheldOf(CHANGE, 10, OTHER_PRODUCT)]);
      const withheld = { epoch: 1, revision: 0, units: 10 };
      const answer = await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, withheld);
      expectEqual(answer, { kind: "changed", revision: 1 }, "the answer");
    },
  },
  {
    name: "spares for a change what was withheld for it, and voids the rest: of another product, of a buyer, of a cancelled order",
    async run(harness) {
      for (const id of [PRODUCT, OTHER_PRODUCT]) await givenProduct(harness, { id });
      const cancelled = draftOf(1);
      await harness.orders.commit(PRODUCT, 1, [cancelled]);
      await harness.changes.cancel(cancelled.id);
      const withheld = { epoch: 1, revision: 1, units: 10 };
      await harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, withheld);

      const elsewhere = withheldOf(CHANGE, 10, OTHER_PRODUCT);
      expectEqual(await harness.orders.void(OTHER_PRODUCT, [elsewhere]), ["void"], "of another product");
      const others = [draftOf(2, { id: CHANGE }), withheldOf(cancelled.id, 1)];
      expectEqual(await harness.orders.void(PRODUCT, others), ["void", "void"], "of a buyer, of a cancelled order");
      expectEqual(await harness.orders.void(PRODUCT, [withheldOf(CHANGE, 10)]), ["changed"], "the change's own");
    },
  },
  {
    name: "never voids a change that stands, among others in the order given",
    async run(harness) {
      await givenProduct(harness);
      const change = () =>
        harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 90 }, { epoch: 1, revision: 0, units: 10 });
      await change();
      await harness.orders.commit(PRODUCT, 1, [draftOf(1)]);
      const reaped = [draftOf(2), withheldOf(CHANGE, 10), draftOf(1), withheldOf(idOf(501), 5)];
      for (const time of ["first", "second"]) {
        const standing = await harness.orders.void(PRODUCT, reaped);
        expectEqual(standing, ["void", "changed", "confirmed", "void"], `what stands the ${time} time`);
      }
      expectEqual(await harness.orders.find(CHANGE), null, "a change is no order");
      expectEqual(await change(), { kind: "changed", revision: 1 }, "the change repeated");
      expectEqual(
        (await harness.orders.commit(PRODUCT, 1, draftsOf(10, 1))).map(told),
        ["created 2"],
        "the next order: neither change nor void has a number",
      );
    },
  },
  {
    name: "ends a change once when its maker and the reaper meet: both are told the same",
    async run(harness) {
      await givenProduct(harness);
      for (let n = 0; n < 20; n += 1) {
        const { totalQuantity = 0, revision = 0 } = (await harness.products.find(PRODUCT)) ?? {};
        const id = idOf(500 + n);
        const withheld = { epoch: 1, revision, units: 1 };
        const change = () => harness.changes.change(PRODUCT, id, { totalQuantity: totalQuantity - 1 }, withheld);
        const reap = () => harness.orders.void(PRODUCT, [withheldOf(id, 1)]);
        const [answer, [standing]] =
          n % 2 === 0
            ? await Promise.all([change(), reap()])
            : await Promise.all([reap(), change()]).then(([b, a]) => [a, b] as const);
        expect(answer?.kind === standing, "maker and reaper agree", [answer, standing]);
        const lowered = standing === "changed" ? 1 : 0;
        expectEqual((await harness.products.find(PRODUCT))?.totalQuantity, totalQuantity - lowered, "the total");
      }
    },
  },
  {
    name: "never lowers a total below what is sold meanwhile",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 30 });
      const withheld = { epoch: 1, revision: 0, units: 15 };
      const [answer, ...batches] = await Promise.all([
        harness.changes.change(PRODUCT, CHANGE, { totalQuantity: 15 }, withheld),
        ...Array.from({ length: 10 }, (_, n) => harness.orders.commit(PRODUCT, 1, draftsOf(n * 3, 3))),
      ]);
      const total = answer?.kind === "changed" ? 15 : 30;
      const sold = batches.flat().filter((one) => one.kind === "order").length;
      expectEqual([(await harness.products.find(PRODUCT))?.totalQuantity, sold], [total, total], "total and orders");
      expectEqual(await committed(harness.orders), total, "committed units");
    },
  },
];
