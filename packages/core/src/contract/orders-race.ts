import { expect, expectEqual, type ContractCase } from "./case.js";
import { committed, draftOf, draftsOf, givenProduct, PRODUCT, told, type DatabaseHarness } from "./given.js";

export const raceCases: ContractCase<DatabaseHarness>[] = [
  {
    name: "sells exactly the total, without a gap in the numbers, to 20 batches at once",
    async run(harness) {
      await givenProduct(harness, { totalQuantity: 60 });
      const batches = Array.from({ length: 20 }, (_, n) => draftsOf(n * 5, 5));
      const answers = (await Promise.all(batches.map((batch) => harness.orders.commit(PRODUCT, 1, batch)))).flat();
      const numbers = answers.flatMap((answer) =>
        answer.kind === "order" && answer.created ? [answer.order.number] : [],
      );
      expectEqual(
        numbers.sort((a, b) => a - b),
        Array.from({ length: 60 }, (_, index) => index + 1),
        "the numbers",
      );
      expectEqual(answers.filter((answer) => told(answer) === "void total").length, 40, "voids");
      expectEqual(await committed(harness.orders), 60, "committed units");
    },
  },
  {
    name: "keeps one buyer within the limit over 20 reservations at once",
    async run(harness) {
      await givenProduct(harness, { perUserLimit: 3 });
      const attempts = Array.from({ length: 20 }, (_, n) => draftOf(n, { userId: "one", quantity: 1 + (n % 2) }));
      await Promise.all(attempts.map((draft) => harness.orders.commit(PRODUCT, 1, [draft])));
      const units = (await harness.orders.ofBuyer(PRODUCT, "one")).reduce((sum, { quantity }) => sum + quantity, 0);
      expectEqual(units, 3, "the buyer's units");
      expectEqual(await committed(harness.orders), 3, "committed units");
    },
  },
  {
    name: "makes one order of ten commits of one reservation at once",
    async run(harness) {
      await givenProduct(harness);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => harness.orders.commit(PRODUCT, 1, [draftOf(1)])),
      );
      expectEqual(answers.flat().map(told).sort(), ["created 1", ...Array<string>(9).fill("stands 1")], "the answers");
      expectEqual(await committed(harness.orders), 1, "committed units");
    },
  },
  {
    name: "ends a reservation once when writer and reaper meet: both are told the same",
    async run(harness) {
      await givenProduct(harness);
      const pairs = await Promise.all(
        draftsOf(1, 30).map((draft, n) => {
          const write = () => harness.orders.commit(PRODUCT, 1, [draft]);
          const reap = () => harness.orders.void(PRODUCT, [draft]);
          return n % 2 === 0
            ? Promise.all([write(), reap()])
            : Promise.all([reap(), write()]).then(([b, a]) => [a, b] as const);
        }),
      );
      let sold = 0;
      for (const [[answer], [standing]] of pairs) {
        const ordered = answer?.kind === "order";
        expect(standing === (ordered ? "confirmed" : "void"), "reaper and writer agree", [told(answer), standing]);
        sold += ordered ? 1 : 0;
      }
      expectEqual(await committed(harness.orders), sold, "committed units");
    },
  },
];
