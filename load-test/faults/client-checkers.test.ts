import { expect } from "chai";
import { checkClients } from "./client-checkers.js";
import type { Facts, OrderRow } from "./facts.js";
import { createHistory, type Asked, type Heard } from "./history.js";
import { checkLinear } from "./linear.js";

const PRODUCT = "018f0000-0000-7000-8000-000000000001";
const row = (id: string, userId: string, number: number): OrderRow => ({
  ...{ id, userId, number, status: "confirmed", quantity: 1, priceMinor: 4999 },
});
const shown = ({ id, userId, number }: OrderRow, status: 200 | 201 = 201): Heard => ({
  kind: "order",
  status,
  order: {
    ...{ orderId: id, number: number ?? 0, productId: PRODUCT, userId, quantity: 1, price: 49.99 },
    status: "completed",
  },
});
const asked = (userId: string, heard: Heard, sentAtMs: number, key: string | null = null): Asked => ({
  ...{ userId, key, heard, quantity: 1, node: 0, sentAtMs, answeredAtMs: sentAtMs + 1 },
});
const first = row("o1", "u1", 1);
const second = row("o2", "u2", 2);
const facts: Facts = {
  ...{ productId: PRODUCT, limit: 1, epoch: 1, total: 2, committed: 2, confirmedUnits: 2, confirmedRows: 2 },
  ...{ numberedRows: 2, distinctNumbers: 2, highestNumber: 2, voids: 0, buyersOverLimit: [], hot: null },
  orders: [first, second],
};
const already = (orderIds: readonly string[]): Heard => ({
  ...{ kind: "refused", code: "ALREADY_PURCHASED", orderIds, unitsLeft: 0 },
});

describe("The checkers of what clients heard", () => {
  const sound = [asked("u1", shown(first), 10), asked("u2", shown(second), 20), asked("u1", already(["o1"]), 30)];
  const linear = (history: readonly Asked[]): string => {
    const recorded = createHistory();
    history.forEach(recorded.record);
    return checkLinear(recorded, facts, { totalQuantity: 2, perUserLimit: 1 }).violations.join("\n");
  };

  it("find nothing in a sound history", () => {
    expect(checkClients(sound, facts)).to.deep.equal([]);
    expect(linear(sound)).to.equal("");
  });

  it('find an "already purchased" without an order, and with one that is not the buyer\'s', () => {
    expect(checkClients([asked("u1", already([]), 30)], facts).join()).to.match(/^I3.*without an order/);
    expect(checkClients([asked("u1", already(["o9"]), 30)], facts).join()).to.match(/^I3.*nowhere/);
    expect(checkClients([asked("u1", already(["o2"]), 30)], facts).join()).to.match(/^I3/);
  });

  it("find an order that is answered as new twice", () => {
    expect(checkClients([...sound, asked("u1", shown(first), 40)], facts).join()).to.match(/^I4.*new twice/);
    expect(checkClients([...sound, asked("u1", shown(first, 200), 40)], facts)).to.deep.equal([]);
  });

  it("find numbers that contradict the order in which buyers came", () => {
    expect(linear([asked("u2", shown(second), 10), asked("u1", shown(first), 20)])).to.match(/^I4.*their numbers/);
  });

  it("find a key that is called used when it was not", () => {
    const reused: Heard = { kind: "refused", code: "IDEMPOTENCY_KEY_REUSED" };
    expect(linear([...sound, asked("u3", reused, 40, "k")])).to.match(/^I4.*its key was used/);
  });

  it('find a "sold out" while units were there', () => {
    expect(linear([asked("u3", { kind: "refused", code: "SOLD_OUT" }, 5), ...sound])).to.match(/^I4/);
  });
});
