import { lockThenHold, type HoldAnswer, type HoldRequest } from "@flash-sale/core";
import { createMemoryInventory, createMemoryLocks, systemClock } from "@flash-sale/core/memory";
import { expect } from "chai";

describe("admission out of locks and an inventory", () => {
  it("tells the inventory whether the buyer's lock was granted", async () => {
    const { inventory } = createMemoryInventory({ clock: systemClock, lockTtlMs: 10_000 });
    const heard: string[] = [];
    const admission = lockThenHold(
      createMemoryLocks({ clock: systemClock }),
      {
        ...inventory,
        hold: async ({ reservationId }, lock): Promise<HoldAnswer> => {
          heard.push(`${reservationId} ${lock}`);
          return { kind: "already-ordered", orderId: reservationId };
        },
      },
      { lockTtlMs: 10_000 },
    );
    const request: Omit<HoldRequest, "reservationId"> = {
      productId: "p",
      epoch: 1,
      userId: "u",
      quantity: 1,
      fingerprint: "1",
      expectedPriceMinor: null,
    };
    await Promise.all(["first", "second"].map((reservationId) => admission.admit({ ...request, reservationId })));
    expect(heard.sort()).to.deep.equal(["first granted", "second taken"]);
  });
});
