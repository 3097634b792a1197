import type { Admission } from "../ports/admission.js";
import { expectEqual, type ContractCase } from "./case.js";
import { heldBy, id, putOnSale, type InventoryHarness } from "./stock.js";

/** What the end of a hold promises, whether it is Admission's or Inventory's. */
export function endingCases<H extends InventoryHarness>(wayIn: (harness: H) => Admission): ContractCase<H>[] {
  return [
    {
      name: "makes a hold a purchase once, however often it is confirmed",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm } = wayIn(harness);
        const reservation = heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        await Promise.all([1, 2, 3].map(() => confirm(stock.productId, 1, [reservation, reservation])));
        expectEqual(await stock.counters(), { available: 8, held: 0, purchased: 2 }, "counters");
        await stock.unchanged("confirming again", () => confirm(stock.productId, 1, [reservation]));
      },
    },
    {
      name: "puts the units of a hold back once, however often it is released, and tells the stock before and after",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 2 });
        const { admit, release } = wayIn(harness);
        const reservation = heldBy(await admit(stock.request("ada", id(1), { quantity: 2 })));
        expectEqual(await release(stock.productId, 1, [reservation, reservation]), { before: 0, after: 2 }, "stock");
        const again = await stock.unchanged("releasing again", () => release(stock.productId, 1, [reservation]));
        expectEqual(again, { before: 2, after: 2 }, "stock");
        heldBy(await admit(stock.request("ada", id(2))));
      },
    },
    {
      name: "ends a hold one way only: what was released is not confirmed, what was confirmed is not released",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm, release } = wayIn(harness);
        const released = heldBy(await admit(stock.request("ada", id(1))));
        const confirmed = heldBy(await admit(stock.request("bob", id(2))));
        await release(stock.productId, 1, [released]);
        await confirm(stock.productId, 1, [confirmed]);
        await stock.unchanged("the other way", async () => {
          await confirm(stock.productId, 1, [released]);
          await release(stock.productId, 1, [confirmed]);
        });
        expectEqual(await stock.counters(), { available: 9, held: 0, purchased: 1 }, "counters");
        expectEqual((await admit(stock.request("ada", id(1)))).kind, "held", "a released id, admitted again");
      },
    },
    {
      name: "tells the stock, which stays as it is, when there is nothing to confirm or to release",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 3 });
        const { admit, confirm, release } = wayIn(harness);
        heldBy(await admit(stock.request("ada", id(1))));
        await stock.unchanged("ending none", async () => {
          await confirm(stock.productId, 1, []);
          expectEqual(await release(stock.productId, 1, []), { before: 2, after: 2 }, "stock");
        });
        expectEqual(await release(stock.productId, 2, []), { before: 0, after: 0 }, "stock of no inventory");
      },
    },
    {
      name: "leaves a buyer's hold alone where it is another reservation's",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm, release } = wayIn(harness);
        const ended = heldBy(await admit(stock.request("ada", id(1))));
        await release(stock.productId, 1, [ended]);
        heldBy(await admit(stock.request("ada", id(2), { quantity: 2 })));
        await stock.unchanged("ending the earlier one", async () => {
          await confirm(stock.productId, 1, [ended]);
          await release(stock.productId, 1, [ended]);
        });
      },
    },
    {
      name: "passes over holds of another epoch, and of an inventory that is not there",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm, release } = wayIn(harness);
        const old = heldBy(await admit(stock.request("ada", id(1))));
        const next = await putOnSale(harness, {}, { productId: stock.productId, epoch: 2 });
        await harness.loading.finishTeaching(stock.productId, 2);
        heldBy(await admit(next.request("ada", id(1))));
        await next.unchanged("ending the old life's", async () => {
          await confirm(stock.productId, 1, [old]);
          expectEqual(
            await release(stock.productId, 1, [old]),
            { before: 0, after: 0 },
            "stock of a life that is over",
          );
        });
        const nowhere = harness.newProductId();
        await confirm(nowhere, 1, [old]);
        expectEqual(await release(nowhere, 1, [old]), { before: 0, after: 0 }, "stock of no inventory");
      },
    },
    {
      name: "ends many holds in one call, passing over those that are not there",
      async run(harness) {
        const stock = await putOnSale(harness, { totalQuantity: 700 });
        const { admit, confirm, release } = wayIn(harness);
        const requests = Array.from({ length: 600 }, (_, index) => stock.request(`buyer-${index}`, id(index)));
        const held = (await Promise.all(requests.map(admit))).map(heldBy);
        const gone = held.map((reservation) => ({ ...reservation, id: id(1_000) }));
        const { productId } = stock;
        expectEqual(
          await release(productId, 1, [...gone, ...held.slice(0, 300)]),
          { before: 100, after: 400 },
          "stock",
        );
        await confirm(productId, 1, [...gone, ...held.slice(300)]);
        expectEqual(await stock.counters(), { available: 400, held: 0, purchased: 300 }, "counters");
      },
    },
    {
      name: "ends each hold once when confirms and releases of it come at once",
      async run(harness) {
        const stock = await putOnSale(harness);
        const { admit, confirm, release } = wayIn(harness);
        const requests = Array.from({ length: 10 }, (_, index) => stock.request(`buyer-${index}`, id(index)));
        const held = (await Promise.all(requests.map(admit))).map(heldBy);
        await Promise.all(
          held.flatMap((reservation) => [
            confirm(stock.productId, 1, [reservation]),
            release(stock.productId, 1, [reservation]),
          ]),
        );
        const { held: stillHeld } = await stock.counters();
        expectEqual(stillHeld, 0, "held");
      },
    },
  ];
}
