import type { Admission } from "../ports/admission.js";
import { expect, expectEqual, type ContractCase } from "./case.js";
import { expectRefused, heldBy, id, putOnSale, type InventoryHarness } from "./stock.js";

/** What one buyer's way in promises, whether it is Admission or Inventory alone with a lock that is always granted. */
export function holdingCases<H extends InventoryHarness>(
  wayIn: (harness: H) => Pick<Admission, "admit" | "confirm">,
): ContractCase<H>[] {
  return [
    {
      name: "holds units at the price, with the fingerprint and from the time of admission, by the hot store's clock",
      async run(harness) {
        const stock = await putOnSale(harness, { revision: 3 });
        const before = await harness.now();
        const answer = await wayIn(harness).admit(
          stock.request("ada", id(1), { quantity: 2, fingerprint: "2:any text" }),
        );
        const after = await harness.now();
        const { admittedAtMs, deadlineMs, ...held } = heldBy(answer);
        const { productId, epoch } = stock;
        const wanted = {
          id: id(1),
          productId,
          epoch,
          userId: "ada",
          quantity: 2,
          priceMinor: 4_999,
          fingerprint: "2:any text",
        };
        expectEqual(held, wanted, "the reservation");
        expect(admittedAtMs >= before && admittedAtMs <= after, "admitted by the hot store's clock", {
          before,
          admittedAtMs,
          after,
        });
        expectEqual(deadlineMs - admittedAtMs, harness.lockTtlMs, "life of the hold");
        expectEqual(answer.kind === "held" && answer.available, 8, "stock told");
        expectEqual(answer.kind === "held" && answer.revision, 3, "revision told");
        expectEqual(await stock.counters(), { available: 8, held: 2, purchased: 0 }, "counters");
      },
    },
    {
      name: "answers a repeated id with what was held then, whatever is asked now",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit } = wayIn(harness);
        const reservation = heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        const asked = { quantity: 1, fingerprint: "another", expectedPriceMinor: 1 };
        const again = await stock.unchanged("repeating", () => admit(stock.request("ada", id(1), asked)));
        expectEqual(again, { kind: "already-held", epoch: 1, revision: 0, reservation, available: 8 }, "answer");
      },
    },
    {
      name: "holds once when one id is sent several times at once",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit } = wayIn(harness);
        const answers = await Promise.all(Array.from({ length: 20 }, () => admit(stock.request("ada", id(1)))));
        expectEqual(count(answers, "held"), 1, "held");
        expectEqual(count(answers, "already-held"), 19, "already held");
        expectEqual(await stock.counters(), { available: 9, held: 1, purchased: 0 }, "counters");
      },
    },
    {
      name: "answers already-ordered once an id was confirmed, before anything else is looked at",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 1, perUserLimit: 1 });
        const { admit, confirm } = wayIn(harness);
        const reservation = heldBy(await admit(stock.request("ada", id(1))));
        await confirm(stock.productId, 1, [reservation]);
        const asked = { quantity: 5, expectedPriceMinor: 1 };
        const answer = await stock.unchanged("a replay", () => admit(stock.request("ada", id(1), asked)));
        expectEqual(answer, { kind: "already-ordered", orderId: id(1) }, "answer");
      },
    },
    {
      name: "refuses more units than one buyer may own, before it looks at the window",
      async run(harness) {
        const startsAtMs = (await harness.now()) + 60_000;
        const stock = await putOnSale(harness, { saleStartAtMs: startsAtMs });
        const { admit } = wayIn(harness);
        const answer = await stock.unchanged("the refusal", () => admit(stock.request("ada", id(1), { quantity: 3 })));
        expectEqual(expectRefused(answer, "exceeds-limit").perUserLimit, 2, "limit told");
      },
    },
    {
      name: "refuses before the sale and after it, before it looks at the price",
      async run(harness) {
        const nowMs = await harness.now();
        const early = await putOnSale(harness, { saleStartAtMs: nowMs + 60_000 });
        const late = await putOnSale(harness, { saleEndAtMs: nowMs - 1 });
        const ending = await putOnSale(harness, { saleEndAtMs: nowMs });
        const { admit } = wayIn(harness);
        const asked = { expectedPriceMinor: 1 };
        expectRefused(
          await early.unchanged("the refusal", () => admit(early.request("ada", id(1), asked))),
          "not-started",
        );
        expectRefused(await late.unchanged("the refusal", () => admit(late.request("ada", id(2), asked))), "ended");
        expectRefused(await ending.unchanged("the refusal", () => admit(ending.request("ada", id(3), asked))), "ended");
      },
    },
    {
      name: "opens at the start, that instant included",
      async run(harness) {
        const startsAtMs = await harness.now();
        const stock = await putOnSale(harness, { saleStartAtMs: startsAtMs });
        heldBy(await wayIn(harness).admit(stock.request("ada", id(1))));
      },
    },
    {
      name: "closes by the hot store's clock while the inventory stands",
      async run(harness) {
        const stock = await putOnSale(harness, { saleEndAtMs: (await harness.now()) + 50 });
        await harness.pass(60);
        expectRefused(await wayIn(harness).admit(stock.request("ada", id(1))), "ended");
      },
    },
    {
      name: "refuses another price than expected, before it looks at the buyer's other purchase, and takes the same",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit } = wayIn(harness);
        heldBy(await admit(stock.request("ada", id(1), { expectedPriceMinor: 4_999 })));
        const asked = { expectedPriceMinor: 5_000 };
        expectRefused(
          await stock.unchanged("the refusal", () => admit(stock.request("ada", id(2), asked))),
          "price-changed",
        );
        expectRefused(
          await stock.unchanged("the refusal", () => admit(stock.request("bob", id(3), asked))),
          "price-changed",
        );
      },
    },
    {
      name: "refuses a buyer whose other purchase is under way, before it looks at limit and stock",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 2 });
        const { admit } = wayIn(harness);
        heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        const answer = await stock.unchanged("the refusal", () => admit(stock.request("ada", id(2))));
        expectEqual(expectRefused(answer, "in-progress").available, 0, "stock told");
      },
    },
    {
      name: "tells with a refusal which reservation its buyer holds units for, whatever was looked at before that",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm } = wayIn(harness);
        const reservation = heldBy(await admit(stock.request("ada", id(1))));
        const dear = { expectedPriceMinor: 1 };
        expectEqual(expectRefused(await admit(stock.request("ada", id(2))), "in-progress").holds, id(1), "held for");
        expectEqual(
          expectRefused(await admit(stock.request("ada", id(2), dear)), "price-changed").holds,
          id(1),
          "held for",
        );
        expectEqual(
          expectRefused(await admit(stock.request("bob", id(3), dear)), "price-changed").holds,
          null,
          "held for",
        );
        await confirm(stock.productId, 1, [reservation]);
        const { holds, orders } = expectRefused(await admit(stock.request("ada", id(2), dear)), "price-changed");
        expectEqual({ holds, orders }, { holds: null, orders: [{ id: id(1), units: 1 }] }, "told");
      },
    },
    {
      name: "lets a hold stand past its deadline: only confirm and release end it",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit } = wayIn(harness);
        heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        await harness.pass(harness.lockTtlMs + 5);
        expectRefused(await stock.unchanged("the refusal", () => admit(stock.request("ada", id(2)))), "in-progress");
        const again = await stock.unchanged("repeating", () => admit(stock.request("ada", id(1))));
        expectEqual(again.kind, "already-held", "answer");
        expectEqual(await stock.counters(), { available: 8, held: 2, purchased: 0 }, "counters");
      },
    },
    {
      name: "refuses what the buyer's purchases do not leave, before it looks at stock, and names the orders",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 2 });
        const { admit, confirm } = wayIn(harness);
        await confirm(stock.productId, 1, [heldBy(await admit(stock.request("ada", id(1))))]);
        heldBy(await admit(stock.request("bob", id(2))));
        const answer = await stock.unchanged("the refusal", () => admit(stock.request("ada", id(3), { quantity: 2 })));
        const { orders, perUserLimit, available } = expectRefused(answer, "limit-reached");
        expectEqual(
          { orders, perUserLimit, available },
          { orders: [{ id: id(1), units: 1 }], perUserLimit: 2, available: 0 },
          "told",
        );
      },
    },
    {
      name: "refuses more units than are left, and tells how many are",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 3 });
        const { admit } = wayIn(harness);
        heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        const answer = await stock.unchanged("the refusal", () => admit(stock.request("bob", id(2), { quantity: 2 })));
        expectEqual(expectRefused(answer, "sold-out").available, 1, "stock told");
        heldBy(await admit(stock.request("bob", id(3))));
        expectRefused(await admit(stock.request("eve", id(4))), "sold-out");
        expectEqual(await stock.counters(), { available: 0, held: 3, purchased: 0 }, "counters");
      },
    },
    {
      name: "is not in service before it was loaded, nor for an older or a newer epoch",
      async run(harness) {
        const stock = await putOnSale(harness, {}, { epoch: 2 });
        const { admit } = wayIn(harness);
        const elsewhere = { productId: harness.newProductId() };
        for (const asked of [elsewhere, { epoch: 1 }, { epoch: 3 }]) {
          const answer = await stock.unchanged("asking", () => admit(stock.request("ada", id(1), asked)));
          expectEqual(answer, { kind: "not-in-service" }, `asked for ${JSON.stringify(asked)}`);
        }
      },
    },
    {
      name: "sells to as many buyers at once as there are units, and to no more",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm } = wayIn(harness);
        const buyers = Array.from({ length: 200 }, (_, index) => stock.request(`buyer-${index}`, id(index)));
        const answers = await Promise.all(buyers.map(admit));
        const held = answers.filter(({ kind }) => kind === "held").map(heldBy);
        expectEqual(held.length, 10, "held");
        expectEqual(count(answers, "refused"), 190, "refused");
        expectEqual(await stock.counters(), { available: 0, held: 10, purchased: 0 }, "counters");
        await Promise.all(held.map((reservation) => confirm(stock.productId, 1, [reservation])));
        expectEqual(await stock.counters(), { available: 0, held: 0, purchased: 10 }, "counters in the end");
      },
    },
    {
      name: "lets one of a buyer's many purchases at once through",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit } = wayIn(harness);
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => admit(stock.request("ada", id(index)))),
        );
        expectEqual(count(answers, "held"), 1, "held");
        for (const answer of answers) if (answer.kind !== "held") expectRefused(answer, "in-progress");
        expectEqual(await stock.counters(), { available: 9, held: 1, purchased: 0 }, "counters");
      },
    },
    {
      name: "never lets a buyer have more than the limit, whatever is confirmed in between",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 100, perUserLimit: 3 });
        const { admit, confirm } = wayIn(harness);
        const buy = async (number: number) => {
          const answer = await admit(stock.request("ada", id(number), { quantity: 1 + (number % 2) }));
          if (answer.kind === "held") await confirm(stock.productId, 1, [answer.reservation]);
        };
        for (let round = 0; round < 5; round += 1) {
          await Promise.all(Array.from({ length: 10 }, (_, index) => buy(round * 10 + index)));
        }
        // Up to the limit at last: those at once may have been in each other's way.
        for (let number = 50; number < 56; number += 2) await buy(number);
        expectEqual(await stock.counters(), { available: 97, held: 0, purchased: 3 }, "counters");
      },
    },
    {
      name: "keeps buyers, ids and products apart whose names could be taken for one another",
      async run(harness) {
        const stock = await putOnSale(harness, { perUserLimit: 1 });
        const other = await putOnSale(harness, { perUserLimit: 1 });
        const { admit, confirm } = wayIn(harness);
        const names: [string, string][] = [
          ["a:b", "c"],
          ["a", "b:c"],
          ["a:b:c", "d:1"],
          ["__proto__", "d"],
          ["constructor", "e:2"],
          ["available", "f"],
        ];
        for (const [userId, reservationId] of names) {
          const reservation = heldBy(await admit(stock.request(userId, reservationId)));
          expectEqual([reservation.userId, reservation.id], [userId, reservationId], "names");
          await confirm(stock.productId, 1, [reservation]);
        }
        for (const [userId, reservationId] of names) {
          expectEqual((await admit(stock.request(userId, reservationId))).kind, "already-ordered", `${userId} again`);
          const { orders } = expectRefused(await admit(stock.request(userId, "another")), "limit-reached");
          expectEqual(orders, [{ id: reservationId, units: 1 }], `orders of ${userId}`);
        }
        heldBy(await admit(other.request("a:b", "c")));
        expectEqual(await stock.counters(), { available: 4, held: 0, purchased: 6 }, "counters");
      },
    },
  ];
}

function count(answers: readonly { readonly kind: string }[], kind: string): number {
  return answers.filter((answer) => answer.kind === kind).length;
}
