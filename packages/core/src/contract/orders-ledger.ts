import { StoreRejected, StoreUnavailable } from "../faults.js";
import { expectEqual, expectFault, type ContractCase } from "./case.js";
import { draftOf, draftsOf, givenProduct, PRODUCT, productOf, told, type DatabaseHarness } from "./given.js";

export const ledgerCases: ContractCase<DatabaseHarness>[] = [
  {
    name: "shows the locked ledger with its product; null where there is none",
    async run(harness) {
      await harness.products.create([productOf()]);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(1));
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 2 })]);
      const seen = await harness.orders.withLedger(PRODUCT, async ({ epoch, revision, total, committed, product }) => {
        return { epoch, revision, total, committed, product };
      });
      expectEqual(
        seen,
        { epoch: 1, revision: 0, total: 100, committed: 2, product: productOf({ epoch: 1, committed: 2 }) },
        "the ledger",
      );
      const called: string[] = [];
      expectEqual(
        await harness.orders.withLedger(draftOf(1).id, async () => called.push("called")),
        null,
        "no such product",
      );
      expectEqual(called, [], "the work");
    },
  },
  {
    name: "answers what the work answers, falsy or not",
    async run(harness) {
      await givenProduct(harness);
      for (const answer of [false, 0, "", { deep: [1] }]) {
        expectEqual(await harness.orders.withLedger(PRODUCT, async () => answer), answer, "the answer");
      }
    },
  },
  {
    name: "writes nothing where the work throws, and passes the very error on",
    async run(harness) {
      await givenProduct(harness);
      const thrown = new TypeError("thrown by the work");
      const failing = harness.orders.withLedger(PRODUCT, async (ledger) => {
        await ledger.moveEpoch(2);
        throw thrown;
      });
      expectEqual((await expectFault(failing, TypeError, "work that throws")) === thrown, true, "the error");
      expectEqual((await harness.products.find(PRODUCT))?.epoch, 1, "the epoch");
      expectEqual(
        (await harness.orders.commit(PRODUCT, 1, [draftOf(1)])).map(told),
        ["created 1"],
        "the lock was let go",
      );
    },
  },
  {
    name: "keeps commits and voids waiting while the work runs, and decides them by what it wrote",
    async run(harness) {
      await givenProduct(harness);
      const events: string[] = [];
      let commit: Promise<unknown> = Promise.resolve();
      let voiding: Promise<unknown> = Promise.resolve();
      await harness.orders.withLedger(PRODUCT, async (ledger) => {
        commit = harness.orders
          .commit(PRODUCT, 1, [draftOf(1)])
          .then(([answer]) => events.push(`commit: ${told(answer)}`));
        voiding = harness.orders.void(PRODUCT, [draftOf(2)]).then(() => events.push("void"));
        // Time enough for both to get through, if nothing held them.
        for (let turn = 0; turn < 20; turn += 1) await ledger.confirmed([]);
        await ledger.moveEpoch(2);
        events.push("work");
      });
      await Promise.all([commit, voiding]);
      expectEqual(
        [events[0], ...events.slice(1).sort()],
        ["work", "commit: epoch-moved", "void"],
        "the order of events",
      );
    },
  },
  {
    name: "lets one at a time have the ledger: of ten, each builds on the epoch of the one before",
    async run(harness) {
      await givenProduct(harness);
      await Promise.all(
        Array.from({ length: 10 }, () =>
          harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(ledger.epoch + 1)),
        ),
      );
      expectEqual((await harness.products.find(PRODUCT))?.epoch, 11, "the epoch");
    },
  },
  {
    name: "moves the epoch to a later one only, also within one transaction, and writes nothing otherwise",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.withLedger(PRODUCT, (ledger) => ledger.moveEpoch(3));
      for (const moves of [[2], [3], [5, 4], [5, 5]]) {
        const moving = harness.orders.withLedger(PRODUCT, async (ledger) => {
          for (const epoch of moves) await ledger.moveEpoch(epoch);
        });
        await expectFault(moving, StoreRejected, `moving to ${moves.join(", then to ")}`);
        expectEqual((await harness.products.find(PRODUCT))?.epoch, 3, "the epoch");
      }
      await harness.orders.withLedger(PRODUCT, async (ledger) => {
        await ledger.moveEpoch(4);
        await ledger.moveEpoch(5);
      });
      expectEqual((await harness.products.find(PRODUCT))?.epoch, 5, "the epoch in the end");
    },
  },
  {
    name: "gives no epoch twice, not even one whose transaction came to nothing, and none below what is asked",
    async run(harness) {
      await givenProduct(harness);
      const given: number[] = [];
      const attempt = (atLeast: number) =>
        harness.orders.withLedger(PRODUCT, async (ledger) => {
          given.push(await ledger.nextEpoch(atLeast));
          throw new TypeError("thrown by the work");
        });
      const asked = [1, 2, 2, 50, 7, 50];
      for (const atLeast of asked) await expectFault(attempt(atLeast), TypeError, "work that throws");
      const others = await Promise.all(Array.from({ length: 10 }, () => attempt(100).catch(() => null)));
      expectEqual(others.length, 10, "attempts at once");
      expectEqual(new Set(given).size, 16, "different epochs");
      expectEqual(
        given.filter((epoch, index) => epoch < (asked[index] ?? 100)),
        [],
        "epochs below what was asked",
      );
      expectEqual(Math.min(...given) > 1, true, "all are greater than the ledger's");
    },
  },
  {
    name: "tells which of some reservations are confirmed orders, with their units",
    async run(harness) {
      await givenProduct(harness);
      await harness.orders.commit(PRODUCT, 1, [draftOf(1, { quantity: 3 }), draftOf(2)]);
      await harness.orders.void(PRODUCT, [draftOf(3)]);
      const asked = draftsOf(1, 4).map(({ id }) => id);
      const found = await harness.orders.withLedger(PRODUCT, (ledger) => ledger.confirmed(asked));
      const expected = [
        { id: draftOf(1).id, units: 3 },
        { id: draftOf(2).id, units: 1 },
      ];
      expectEqual(
        [...(found ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)),
        expected,
        "confirmed orders",
      );
    },
  },
  {
    name: "lets go after a second, with nothing written, of work that does not end",
    async run(harness) {
      await givenProduct(harness);
      const endless = harness.orders.withLedger(PRODUCT, async (ledger) => {
        await ledger.moveEpoch(2);
        return new Promise<never>(() => undefined);
      });
      const fault = await expectFault(endless, StoreUnavailable, "work that does not end");
      expectEqual([fault.store, fault.effect], ["orders", "none"], "the fault");
      expectEqual((await harness.orders.commit(PRODUCT, 1, [draftOf(1)])).map(told), ["created 1"], "the next commit");
    },
  },
];
