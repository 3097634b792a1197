import { InvalidRequest, OrderMayStand, StoreRejected, StoreUnavailable } from "@flash-sale/core";
import { expect } from "chai";

describe("faults", () => {
  const cause = new Error("connection reset");

  it("say in a log what they are and what they are of", () => {
    const told = [
      new InvalidRequest("price", "price must be a number"),
      new StoreUnavailable("inventory", "unknown", { cause }),
      new StoreRejected("orders", { cause }),
      new OrderMayStand("id", { cause }),
    ].map(String);
    expect(told).to.deep.equal([
      "InvalidRequest: price must be a number",
      "StoreUnavailable: the inventory store did not answer",
      "StoreRejected: the orders store refused the call: connection reset",
      "OrderMayStand: the order id may stand",
    ]);
  });

  it("keep what caused them", () => {
    for (const fault of [
      new StoreUnavailable("orders", "none", { cause }),
      new StoreRejected("orders", { cause }),
      new OrderMayStand("id", { cause }),
    ])
      expect(fault.cause).to.equal(cause);
  });

  it("need no cause, nor one that is an error", () => {
    expect(new StoreRejected("orders").message).to.equal("the orders store refused the call: ?");
    expect(new StoreRejected("orders", { cause: "x" }).message).to.equal("the orders store refused the call: ?");
    expect(new StoreUnavailable("orders", "none").cause).to.equal(undefined);
  });
});
