import { buyerOrder } from "#src/order.js";
import { publicStatus, unitsOf, type Order } from "@flash-sale/core";
import { expect } from "chai";

describe("an order", () => {
  const confirmed: Order = {
    id: "first",
    number: 1,
    productId: "p",
    userId: "u",
    quantity: 3,
    priceMinor: 100,
    currency: "USD",
    status: "confirmed",
    fingerprint: "3",
    metadata: null,
    admittedAtMs: 0,
  };
  const cancelled: Order = { ...confirmed, id: "second", status: "cancelled" };

  it("is shown as completed until it is cancelled", () => {
    expect([confirmed, cancelled].map(publicStatus)).to.deep.equal(["completed", "cancelled"]);
  });

  it("counts for its buyer's limit until it is cancelled, and is known by its id for good", () => {
    const orders = [confirmed, cancelled, { ...confirmed, id: "third", quantity: 2 }].map(buyerOrder);
    expect(orders).to.deep.equal([
      { id: "first", units: 3 },
      { id: "second", units: 0 },
      { id: "third", units: 2 },
    ]);
    expect(unitsOf(orders)).to.equal(5);
  });
});
