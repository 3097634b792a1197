import { expect } from "chai";
import { systemIds } from "@flash-sale/core/memory";
import { check } from "./checkers.js";
import type { Facts, OrderRow } from "./facts.js";
import type { Asked, Heard } from "./history.js";

const PRODUCT = "018f0000-0000-7000-8000-000000000001";
const row = (id: string, userId: string, number: number): OrderRow => ({
  id,
  userId,
  number,
  status: "confirmed",
  quantity: 1,
  priceMinor: 4999,
});
const shown = ({ id, userId, number, quantity }: OrderRow): Heard => ({
  kind: "order",
  status: 201,
  order: { orderId: id, number: number ?? 0, productId: PRODUCT, userId, quantity, price: 49.99, status: "completed" },
});
const asked = (userId: string, heard: Heard, key: string | null = null): Asked => ({
  userId,
  key,
  heard,
  quantity: 1,
  node: 0,
  sentAtMs: 0,
  answeredAtMs: 1,
});
const refusal: Heard = { kind: "refused", code: "SOLD_OUT" };

/** Two buyers, two units, all as it should be. */
const first = row("o1", "u1", 1);
const second = row("o2", "u2", 2);
const soundHistory = [asked("u1", shown(first)), asked("u2", shown(second)), asked("u3", refusal)];
const sound: Facts = {
  productId: PRODUCT,
  limit: 1,
  epoch: 1,
  total: 2,
  committed: 2,
  confirmedUnits: 2,
  confirmedRows: 2,
  numberedRows: 2,
  distinctNumbers: 2,
  highestNumber: 2,
  voids: 0,
  buyersOverLimit: [],
  orders: [first, second],
  hot: {
    available: 0,
    held: 0,
    purchased: 2,
    buyersLoaded: true,
    records: new Map([
      ["u1", "o1:1"],
      ["u2", "o2:1"],
      ["u3", null],
    ]),
  },
};
const soundHot = sound.hot ?? expect.fail("it is there");

describe("The checkers", () => {
  it("find nothing in a sound sale", () => {
    expect(check(soundHistory, sound)).to.deep.equal([]);
  });

  const brokenFacts: readonly [name: string, facts: Partial<Facts>, violation: RegExp][] = [
    ["more units committed than there are", { total: 1 }, /^I1/],
    ["a unit that is still held", { hot: { ...soundHot, held: 1, available: -1 } }, /^I2/],
    ["a unit too many in the hot store", { hot: { ...soundHot, available: 1 } }, /^I2/],
    [
      "a hot store that counts other purchases than the ledger",
      { hot: { ...soundHot, purchased: 1, available: 1 } },
      /^I2/,
    ],
    ["a ledger that counts other units than the orders", { committed: 1 }, /^I2/],
    ["no inventory at all", { hot: null }, /^I2/],
    ["a buyer over the limit", { buyersOverLimit: ["u1"] }, /^I3/],
    [
      "an order that was answered and is gone",
      { orders: [first], confirmedRows: 1, numberedRows: 1, distinctNumbers: 1, highestNumber: 1 },
      /^I4.*does not stand/,
    ],
    [
      "an order that was answered and is a void",
      { orders: [first, { ...second, status: "void", number: null }] },
      /^I4.*is void/,
    ],
    [
      "an order that stands with other facts than were shown",
      { orders: [first, { ...second, quantity: 2 }] },
      /^I4.*which stands as/,
    ],
    [
      "an order of a buyer who was refused",
      {
        orders: [first, second, row("o3", "u3", 3)],
        confirmedRows: 3,
        numberedRows: 3,
        distinctNumbers: 3,
        highestNumber: 3,
      },
      /^I4: order o3/,
    ],
    [
      "an order of nobody",
      { confirmedRows: 3, numberedRows: 3, distinctNumbers: 3, highestNumber: 3 },
      /^I4: 1 orders/,
    ],
    ["an order the hot store has twice", { hot: { ...soundHot, records: new Map([["u1", "o1:1,o1:1"]]) } }, /^I6/],
    ["an order the hot store forgot", { hot: { ...soundHot, records: new Map([["u1", ""]]) } }, /^I6/],
    ["a gap in the numbers", { highestNumber: 3 }, /^numbers/],
  ];
  for (const [name, facts, violation] of brokenFacts) {
    it(`find ${name}`, () => {
      expect(check(soundHistory, { ...sound, ...facts }).join("\n")).to.match(violation);
    });
  }

  it("let an answer that was left open explain one order, and no second", () => {
    const open: Heard = { kind: "unknown", orderId: null, why: "ECONNRESET" };
    const history = [asked("u1", open), asked("u2", shown(second)), asked("u3", refusal)];
    expect(check(history, sound)).to.deep.equal([]);
    expect(check([asked("u2", shown(second)), asked("u3", refusal)], sound).join()).to.match(/^I4: order o1/);
  });

  it("let an order be cancelled for whoever asked, and for nobody else", () => {
    const records = new Map([["u2", "o2:0"]]);
    const facts = {
      ...sound,
      orders: [first, { ...second, status: "cancelled" }],
      confirmedRows: 1,
      confirmedUnits: 1,
      committed: 1,
      hot: { ...soundHot, available: 1, purchased: 1, records },
    };
    expect(check(soundHistory, facts, { cancels: new Map([["o2", true]]) })).to.deep.equal([]);
    expect(check(soundHistory, facts).join()).to.match(/^I4.*which is cancelled/);
    expect(check(soundHistory, sound, { cancels: new Map([["o2", true]]) }).join()).to.match(/^I4.*as cancelled/);
  });

  it("hold a key to its last answer", () => {
    const id = systemIds.derive(["u1", PRODUCT, "k", 1]);
    const own = row(id, "u1", 1);
    const open: Heard = { kind: "unknown", orderId: null, why: "ECONNRESET" };
    const records = new Map([["u1", `${id}:1`]]);
    const facts = { ...sound, orders: [own, second], hot: { ...soundHot, records } };
    const then = (last: Heard) => [asked("u1", open, "k"), asked("u1", last, "k"), asked("u2", shown(second))];
    expect(check(then(shown(own)), facts)).to.deep.equal([]);
    expect(check(then(refusal), facts).join()).to.match(/^I4: key k of u1 was refused, and order/);
  });
});
