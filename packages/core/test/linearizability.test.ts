import { expect } from "chai";
import {
  checkHistory,
  type Call,
  type CancelCall,
  type ChangeCall,
  type History,
  type LookCall,
  type OrdersCall,
  type PurchaseAnswer,
  type PurchaseCall,
} from "@flash-sale/core/simulation";

const productId = "product";

/** Five units, one a buyer; no call of these overlaps another unless its test says so. */
const history = (calls: readonly Call[], more: Partial<History> = {}): History => ({
  sales: [{ productId, totalQuantity: 5, perUserLimit: 1 }],
  calls,
  ...more,
});

const from = (askedAtMs: number, answeredAtMs: number) => ({ askedAtMs, answeredAtMs });

function buys(
  userId: string,
  times: ReturnType<typeof from>,
  answer: PurchaseAnswer,
  more: Partial<PurchaseCall> = {},
) {
  const name = `${userId} at ${String(times.askedAtMs)}`;
  const call: PurchaseCall = {
    ...{ kind: "purchase", productId, userId, name, request: name, units: 1, repeatable: false, server: "one" },
    ...times,
    answer,
  };
  return { ...call, ...more };
}
const sold = (number: number, more: object = {}): PurchaseAnswer => ({
  kind: "sold",
  order: { id: `order ${String(number)}`, number, units: 1, cancelled: false, ...more },
});
const refused = (reason: string): PurchaseAnswer => ({ kind: "refused", reason });
const limitReached = (...orderIds: string[]): PurchaseAnswer => ({ kind: "limit-reached", orderIds, unitsLeft: 0 });
const unheard: PurchaseAnswer = { kind: "unknown", orderId: null };
const never = (askedAtMs: number) => from(askedAtMs, Infinity);

const cancels = (
  orderId: string,
  times: ReturnType<typeof from>,
  answer: CancelCall["answer"] = "cancelled",
): CancelCall => ({ kind: "cancel", productId, orderId, ...times, answer });

const changes = (times: ReturnType<typeof from>, change: Partial<ChangeCall>): ChangeCall => ({
  ...{ kind: "change", productId, totalQuantity: null, perUserLimit: null, answer: "changed" },
  ...times,
  ...change,
});

const sees = (
  userId: string,
  atMs: number,
  ...orders: readonly (readonly [name: string, number: number, cancelled?: boolean])[]
) => {
  const answer = orders.map(([name, number, cancelled = false]) => ({
    ...{ id: `order ${String(number)}`, number, units: 1, cancelled, name },
  }));
  const call: OrdersCall = { kind: "orders", productId, userId, ...from(atMs, atMs + 1), answer };
  return call;
};

const looks = (times: ReturnType<typeof from>, revision: number, available: number, totalQuantity = 5): LookCall => ({
  ...{ kind: "look", productId, ...times },
  answer: { epoch: 1, revision, totalQuantity, available, held: 0, purchased: totalQuantity - available },
});

const key = { name: "a key", repeatable: true };

/** What a shop may answer. */
const explained: Record<string, History> = {
  "a purchase, and its repetition with the same key": history([
    buys("ann", from(0, 10), sold(1), key),
    buys("ann", from(20, 30), sold(1), key),
  ]),
  "a refusal by the limit that names the order": history([
    buys("ann", from(0, 10), sold(1)),
    buys("ann", from(20, 30), limitReached("order 1")),
  ]),
  "a refusal by the limit of an order that is answered later": history([
    buys("ann", from(0, 50), sold(1)),
    buys("ann", from(20, 30), limitReached("order 1")),
  ]),
  "a refusal by the limit for an order that nobody was told of": history([
    buys("ann", never(0), unheard),
    buys("ann", from(20, 30), limitReached("order 1")),
  ]),
  "an order that a call which was never answered made in the end": history(
    [
      buys("ann", never(0), unheard, { name: "first" }),
      buys("ann", from(20, 30), refused("sold-out"), { name: "first" }),
      sees("ann", 100, ["first", 1]),
    ],
    { taken: [{ productId, userId: "others", units: 5, fromMs: 0, heldUntilMs: 40, untilMs: 40 }] },
  ),
  "another order after the first was cancelled": history([
    buys("ann", from(0, 10), sold(1)),
    cancels("order 1", from(20, 30)),
    buys("ann", from(40, 50), sold(2)),
  ]),
  "a refusal by the limit just after a cancellation that the inventory has not followed": history([
    buys("ann", from(0, 10), sold(1)),
    cancels("order 1", from(20, 30)),
    buys("ann", from(40, 50), limitReached("order 1")),
  ]),
  "an order that was cancelled before its buyer heard of it": history([
    buys("ann", from(0, 50), sold(1, { cancelled: true })),
    cancels("order 1", from(20, 30)),
  ]),
  "a second order once the limit may have been raised": history([
    buys("ann", from(0, 10), sold(1)),
    changes(never(15), { perUserLimit: 2, answer: "unknown" }),
    buys("ann", from(20, 30), sold(2)),
  ]),
  "numbers against the order of answers, where the calls overlapped": history([
    buys("ann", from(0, 30), sold(2)),
    buys("bob", from(10, 20), sold(1)),
  ]),
  "sold out while another buyer's purchase of the last unit is under way": {
    ...history([buys("ann", from(0, 100), refused("ended")), buys("bob", from(10, 20), refused("sold-out"))]),
    sales: [{ productId, totalQuantity: 1, perUserLimit: 1 }],
  },
  "sold out after a call that came to nothing, and may have left its hold to the reaper": {
    ...history([buys("ann", from(0, 10), { kind: "nothing" }), buys("bob", from(9_000, 9_010), refused("sold-out"))]),
    sales: [{ productId, totalQuantity: 1, perUserLimit: 1 }],
  },
  "sold out by what an observer saw held": history([buys("bob", from(10, 20), refused("sold-out"))], {
    taken: [{ productId, userId: "ann", units: 5, fromMs: 0, heldUntilMs: 12, untilMs: 12 }],
  }),
  "sold out once more from the memory of the process, just after a unit came back": history(
    [buys("ann", from(0, 20), refused("sold-out")), buys("bob", from(150, 151), refused("sold-out"))],
    { taken: [{ productId, userId: "eve", units: 5, fromMs: 0, heldUntilMs: 12, untilMs: 12 }] },
  ),
  "in progress beside the buyer's other purchase": history([
    buys("ann", from(0, 50), sold(1)),
    buys("ann", from(10, 20), refused("in-progress")),
  ]),
  "looks that go forward": history([
    changes(from(10, 20), { totalQuantity: 9 }),
    looks(from(0, 5), 0, 5),
    looks(from(30, 40), 1, 9, 9),
  ]),
};

/** What none may, and what the finding says. */
const impossible: Record<string, [History, RegExp]> = {
  "a second order after the first was answered": [
    history([buys("ann", from(0, 10), sold(1)), buys("ann", from(20, 30), sold(2))]),
    /no order of events/,
  ],
  "two orders at once, beyond the limit": [
    history([buys("ann", from(0, 30), sold(1)), buys("ann", from(10, 20), sold(2))]),
    /no order of events/,
  ],
  "a refusal after the key had its order": [
    history([buys("ann", from(0, 10), sold(1), key), buys("ann", from(20, 30), refused("ended"), key)]),
    /no order of events/,
  ],
  "a replay of an order that somebody else's purchase made": [
    history([buys("ann", from(0, 10), sold(1), key), buys("ann", from(20, 30), sold(1))]),
    /is told as/,
  ],
  "two orders of one key": [
    history([buys("ann", from(0, 10), sold(1), key), buys("ann", from(20, 30), sold(2), key)]),
    /has two orders/,
  ],
  "a cancelled order that stands again": [
    history([
      buys("ann", from(0, 10), sold(1), key),
      cancels("order 1", from(20, 30)),
      buys("ann", from(40, 50), sold(1), key),
    ]),
    /no order of events/,
  ],
  "a cancelled order that nobody cancelled before": [
    history([
      buys("ann", from(0, 10), sold(1, { cancelled: true }), key),
      cancels("order 1", from(20, 30)),
      sees("ann", 100, ["a key", 1, true]),
    ]),
    /no order of events/,
  ],
  "a refusal by the limit without an order": [
    history([buys("ann", from(0, 10), limitReached())]),
    /no order of events/,
  ],
  "a refusal by the limit that counts an order asked for later": [
    history([buys("ann", from(0, 10), limitReached("order 1")), buys("ann", from(20, 30), sold(1))]),
    /no order of events/,
  ],
  "a refusal by the limit that passes over the order": [
    {
      ...history([buys("ann", from(0, 10), sold(1)), buys("ann", from(20, 30), limitReached(), { units: 2 })]),
      sales: [{ productId, totalQuantity: 5, perUserLimit: 2 }],
    },
    /no order of events/,
  ],
  "an order that is lost": [history([buys("ann", from(0, 10), sold(1)), sees("ann", 100)]), /no order of events/],
  "an order of a purchase that was refused": [
    history([buys("ann", from(0, 10), refused("ended"), { name: "first" }), sees("ann", 100, ["first", 1])]),
    /no order of events/,
  ],
  "an order that nobody asked for": [
    history([buys("ann", from(0, 10), refused("ended"), { name: "first" }), sees("ann", 100, ["no name", 1])]),
    /no order of events/,
  ],
  "no such order, of one that was told of": [
    history([buys("ann", from(0, 10), sold(1)), cancels("order 1", from(20, 30), "no-such-order")]),
    /no order of events/,
  ],
  "a limit that was lowered before, passed over": [
    {
      ...history([
        changes(from(0, 10), { perUserLimit: 1 }),
        buys("ann", from(20, 30), sold(1)),
        buys("ann", from(40, 50), sold(2)),
      ]),
      sales: [{ productId, totalQuantity: 5, perUserLimit: 2 }],
    },
    /no order of events/,
  ],
  "a lower number for an order that was asked for later": [
    history([buys("ann", from(0, 10), sold(2)), buys("bob", from(20, 30), sold(1))]),
    /their numbers are 2 and 1/,
  ],
  "one number for two orders": [
    history([buys("ann", from(0, 10), sold(1)), buys("bob", from(20, 30), sold(1, { id: "other" }))]),
    /have the number 1/,
  ],
  "a number that nobody can have": [history([buys("ann", from(0, 10), sold(2))]), /1 belong to no order/],
  "an order of other units than were asked for": [
    history([buys("ann", from(0, 10), sold(1, { units: 3 }))]),
    /was sold/,
  ],
  "more sold than there was": [
    {
      ...history([buys("ann", from(0, 10), sold(1)), buys("bob", from(0, 10), sold(2))]),
      sales: [{ productId, totalQuantity: 1, perUserLimit: 1 }],
    },
    /stand sold/,
  ],
  "sold out while units were free and nobody bought": [
    history([buys("ann", from(0, 10), refused("sold-out"))]),
    /5 or more units were free/,
  ],
  "sold out after the last hold had ended": [
    history([buys("bob", from(20, 30), refused("sold-out"))], {
      taken: [{ productId, userId: "ann", units: 5, fromMs: 0, heldUntilMs: 12, untilMs: 12 }],
    }),
    /units were free/,
  ],
  "sold out long after a call that came to nothing": [
    {
      ...history([
        buys("ann", from(0, 10), { kind: "nothing" }),
        buys("bob", from(10_300, 10_310), refused("sold-out")),
      ]),
      sales: [{ productId, totalQuantity: 1, perUserLimit: 1 }],
    },
    /units were free/,
  ],
  "sold out from a memory that is too old": [
    history([buys("ann", from(0, 10), refused("sold-out")), buys("bob", from(250, 260), refused("sold-out"))], {
      taken: [{ productId, userId: "eve", units: 5, fromMs: 0, heldUntilMs: 12, untilMs: 12 }],
    }),
    /bob asked for 1/,
  ],
  "sold out to a key, from a memory that it must not be asked of": [
    history([buys("ann", from(0, 10), refused("sold-out")), buys("bob", from(50, 60), refused("sold-out"), key)], {
      taken: [{ productId, userId: "eve", units: 5, fromMs: 0, heldUntilMs: 12, untilMs: 12 }],
    }),
    /bob asked for 1/,
  ],
  "in progress, alone": [history([buys("ann", from(0, 10), refused("in-progress"))]), /there was none/],
  "a key that was used before, by nobody": [
    history([buys("ann", from(0, 10), { kind: "key-reused" }, key)]),
    /there was none/,
  ],
  "a look that goes back": [
    history([changes(from(0, 5), { totalQuantity: 9 }), looks(from(10, 20), 1, 9, 9), looks(from(30, 40), 0, 5)]),
    /after one had shown/,
  ],
  "a look that does not add up": [
    history([
      {
        ...looks(from(0, 5), 0, 5),
        answer: { epoch: 1, revision: 0, totalQuantity: 5, available: 5, held: 1, purchased: 0 },
      },
    ]),
    /does not add up/,
  ],
  "a look at a total that nobody asked for": [history([looks(from(0, 5), 0, 7, 7)]), /nobody asked for/],
};

describe("the check of histories", () => {
  for (const [what, one] of Object.entries(explained)) {
    it(`explains ${what}`, () => {
      expect(checkHistory(one)).to.deep.include({ findings: [], undecided: 0 });
    });
  }

  for (const [what, [one, sentence]] of Object.entries(impossible)) {
    it(`does not explain ${what}`, () => {
      const { findings, undecided } = checkHistory(one);
      expect(findings.join("\n")).to.match(sentence);
      expect(undecided).to.equal(0);
    });
  }

  /** Each of many that were never answered may have happened or not, before or after each other; and one order is one too many. */
  const hard = history([
    ...Array.from({ length: 18 }, (_, index) =>
      buys("ann", never(index), unheard, { name: `unheard ${String(index)}` }),
    ),
    buys("ann", from(100, 110), sold(1), { name: "unheard 1" }),
    cancels("order 1", from(100, 120), "unknown"),
    buys("ann", from(130, 140), limitReached("order 99")),
    buys("ann", from(150, 160), sold(1), { name: "unheard 1" }),
    buys("ann", from(170, 180), limitReached("order 98", "order 97")),
  ]);

  it("says that it has not decided what it gave up", () => {
    const { explained: whole, undecided } = checkHistory(hard, { maxVisits: 3 });
    expect({ whole, undecided }).to.deep.equal({ whole: 0, undecided: 1 });
  });

  it("takes each buyer and each product for itself", () => {
    const other = { ...buys("ann", from(20, 30), sold(1, { id: "elsewhere" })), productId: "other" };
    const sales = ["product", "other"].map((id) => ({ productId: id, totalQuantity: 5, perUserLimit: 1 }));
    const check = checkHistory({
      sales,
      calls: [buys("ann", from(0, 10), sold(1)), other, buys("bob", from(0, 10), sold(2))],
    });
    expect(check).to.deep.equal({ findings: [], explained: 3, undecided: 0 });
  });
});
