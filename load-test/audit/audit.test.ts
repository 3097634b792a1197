// The audit bites: every way in which answers and orders can part is made here once, and must be found.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { freePort } from "../servers/free-port.js";
import { temporaryFolder, type TemporaryFolder } from "../servers/leftovers.js";
import { startNode } from "../servers/node-process.js";
import { adminApi, type AuditedOrder } from "./admin-api.js";
import { readRecord, type Answer, type Asked } from "./answers.js";
import { audit, auditReport, isClean } from "./audit.js";
import { KEY, startStubApi, type Stand } from "./stub-api.js";

const PRODUCT = "018f0000-0000-7000-8000-000000000001";
const AT_ONCE = { withinMs: 0, pollMs: 1 };

const order = (number: number, userId: string, more: Partial<AuditedOrder> = {}): AuditedOrder => ({
  ...{ orderId: `order-${String(number)}`, number, userId, quantity: 1, status: "completed" },
  ...more,
});
const told = (status: number, orderId: string | null = null, code: string | null = null): Answer => ({
  ...{ status, code, orderId },
});
const asked = (userId: string, answer: Answer | null, more: Partial<Asked> = {}): Asked => ({
  ...{ userId, key: null, quantity: 1, answer },
  ...more,
});

/** Three units, sold to three buyers, one of whom was never answered and one asked again; a fourth came too late. */
const soundAsked: readonly Asked[] = [
  asked("u1", told(201, "order-1"), { key: "k" }),
  asked("u1", told(200, "order-1"), { key: "k" }),
  asked("u2", told(201, "order-2")),
  asked("u3", null),
  asked("u4", told(400, null, "SOLD_OUT")),
];
const sound = (): Stand => ({
  product: { totalQuantity: 3, perUserLimit: 1, available: 0, held: 0, sold: 3 },
  orders: [order(1, "u1"), order(2, "u2"), order(3, "u3")],
  drift: [],
});
/** The same with other orders, the stock following them, so that only what the test is about is wrong. */
const withOrders = (orders: AuditedOrder[]): Stand => {
  const sold = orders.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...sound(), orders, product: { ...sound().product, totalQuantity: sold, sold } };
};

const auditOf = async (stand: Stand, heard: readonly Asked[] = soundAsked) => {
  await using stub = await startStubApi(PRODUCT, stand);
  return await audit(heard, adminApi(stub.baseUrl, KEY, PRODUCT), AT_ONCE);
};

describe("The audit", () => {
  it("is clean where every answer has its order and every order its answer", async () => {
    const found = await auditOf(sound());
    expect(auditReport(found)).to.contain("200: 1, 201: 2, 400 SOLD_OUT: 1, no answer: 1").and.not.to.contain("NO (");
    expect(isClean(found)).to.equal(true);
  });

  const [first, second, third] = sound().orders as [AuditedOrder, AuditedOrder, AuditedOrder];
  const wrong: readonly [name: string, stand: Stand, sentence: RegExp][] = [
    [
      "an order that was removed",
      withOrders([first, third]),
      /^u2 was answered 201 with order order-2, which does not/,
    ],
    ["the gap that it leaves", withOrders([first, third]), /^number 2 is missing/],
    [
      "a doubled order",
      withOrders([first, second, third, order(4, "u2")]),
      /^order order-4 of u2 belongs to no request/,
    ],
    [
      "a number that was given twice",
      withOrders([first, { ...third, number: 1 }, second]),
      /^number 1 was given twice/,
    ],
    [
      "an order that is there twice",
      withOrders([first, second, { ...first, number: 3 }]),
      /^order order-1 is there twice/,
    ],
    ["a buyer over the limit", withOrders([first, second, order(3, "u2")]), /^u2 owns 2 units, and may own 1/],
    ["an order of nobody who asked", withOrders([first, second, order(3, "u9")]), /^order order-3 of u9 belongs to no/],
    ["an order of a buyer who was refused", withOrders([first, second, third, order(4, "u4")]), /^order order-4 of u4/],
    ["another buyer's order", withOrders([first, { ...second, userId: "u3" }]), /^u2 was answered 201.*which is u3's/],
    ["more units than were asked for", withOrders([first, { ...second, quantity: 2 }, third]), /stands with 2 units/],
    [
      "units sold that no order has",
      { ...sound(), orders: [first, second] },
      /^3 units are sold, but the orders have 2/,
    ],
    [
      "more units than there were",
      { ...sound(), product: { ...sound().product, totalQuantity: 2 } },
      /^the orders have 3 units, of 2/,
    ],
    [
      "what reconcile finds",
      { ...sound(), drift: [{ kind: "stock", expected: 3, found: 2 }] },
      /^reconcile finds .*stock/,
    ],
    [
      "units that are still held",
      { ...sound(), product: { ...sound().product, totalQuantity: 4, held: 1 } },
      /^1 unit still held/,
    ],
  ];
  for (const [name, stand, sentence] of wrong) {
    it(`finds ${name}`, async () => {
      const found = await auditOf(stand);
      expect(isClean(found)).to.equal(false);
      expect(found.checks.flatMap(({ violations }) => violations).filter((one) => sentence.test(one))).to.have.lengthOf(
        1,
      );
    });
  }

  describe("lets an order that nobody was told of", () => {
    const u3 = (answer: Answer | null): Asked[] => [
      ...soundAsked.filter(({ userId }) => userId !== "u3"),
      asked("u3", answer),
    ];
    const explains: readonly [string, Answer | null, boolean][] = [
      ["a request that was never answered", null, true],
      ["a connection that broke", told(0), true],
      ["a 503 that named it", told(503, "order-3", "UNAVAILABLE"), true],
      ["a 503 from before the API", told(503), true],
      ["a 408", told(408), true],
      ["a 503 that said nothing was sold", told(503, null, "UNAVAILABLE"), false],
      ["a 503 that named another", told(503, "order-9", "UNAVAILABLE"), false],
      ["a 429", told(429, null, "OVERLOADED"), false],
      ["a refusal", told(403, null, "PURCHASE_IN_PROGRESS"), false],
    ];
    for (const [name, answer, may] of explains) {
      it(`${may ? "come" : "not come"} of ${name}`, async () => {
        expect(isClean(await auditOf(sound(), u3(answer)))).to.equal(may);
      });
    }

    it("come of one request only", async () => {
      const stand = withOrders([first, second, third, order(4, "u3")]);
      const limitOfTwo = { ...stand, product: { ...stand.product, perUserLimit: 2 } };
      expect(isClean(await auditOf(limitOfTwo))).to.equal(false);
      expect(isClean(await auditOf(limitOfTwo, [...soundAsked, asked("u3", null)]))).to.equal(true);
    });
  });

  it("finds one sale that two buyers' clicks were told as new", async () => {
    const found = await auditOf(sound(), [...soundAsked, asked("u2", told(201, "order-2"))]);
    expect(auditReport(found)).to.contain("one sale, told twice");
  });

  it("counts a cancelled order as an order, and not as a unit", async () => {
    const stand = sound();
    stand.orders[2] = order(3, "u3", { status: "cancelled" });
    stand.product = { ...stand.product, available: 1, sold: 2 };
    expect(isClean(await auditOf(stand))).to.equal(true);
  });

  it("waits until nothing is held and nothing differs", async () => {
    const stand = { ...sound(), drift: [{ kind: "revision" }] as object[] };
    await using stub = await startStubApi(PRODUCT, stand);
    const mended = setInterval(() => {
      if (stub.reconciled() >= 3) stand.drift = [];
    }, 1);
    const found = await audit(soundAsked, adminApi(stub.baseUrl, KEY, PRODUCT), { withinMs: 10_000, pollMs: 1 });
    clearInterval(mended);
    expect(isClean(found)).to.equal(true);
    expect(stub.reconciled()).to.be.greaterThan(3);
  });
});

describe("The record of a run", () => {
  const lines = (...entries: object[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  const sent = { request: "1-0", userId: "u1", key: null, quantity: 1 };

  it("knows what was sent and never answered", () => {
    const content = lines(
      { productId: PRODUCT },
      sent,
      { ...sent, request: "2-0", key: "k" },
      { request: "2-0", status: 0 },
    );
    expect(readRecord(content)).to.deep.equal({
      productId: PRODUCT,
      asked: [asked("u1", null), asked("u1", told(0), { key: "k" })],
    });
  });

  it("may end in the middle of a line", () => {
    expect(readRecord(`${lines(sent)}{"request":"1-0","sta`).asked).to.deep.equal([asked("u1", null)]);
  });

  const bad: readonly [string, string, RegExp][] = [
    ["k6's own format", `time="2026-01-01" level=info msg="{}"\n`, /line 1 is k6's own format: .*--log-format raw/],
    ["something else", "status,code\n201,\n", /line 1 is no JSON/],
    ["an answer to nothing", lines({ request: "1-0", status: 201 }), /line 1 answers 1-0, which was never sent/],
    ["two runs in one file", lines(sent, sent), /line 2 sends 1-0 again/],
    ["a line without a request", lines({ level: "info" }), /line 1 names no request/],
    ["half a line", lines({ request: "1-0" }), /line 1 is neither/],
  ];
  for (const [name, content, sentence] of bad) {
    it(`refuses ${name}, and says in which line`, () => {
      expect(() => readRecord(content)).to.throw(sentence);
    });
  }
});

describe("npm run audit", () => {
  const script = fileURLToPath(new URL("../audit.js", import.meta.url));
  let folder: TemporaryFolder;
  let answers: string;

  before(async () => {
    folder = await temporaryFolder("audit");
    answers = join(folder.path, "answers.ndjson");
    const sold = (n: number) => [
      { request: `${String(n)}-0`, userId: `u${String(n)}`, key: null, quantity: 1 },
      { request: `${String(n)}-0`, status: 201, code: null, orderId: `order-${String(n)}` },
    ];
    const entries = [{ productId: PRODUCT }, ...[1, 2, 3].flatMap(sold)];
    writeFileSync(answers, entries.map((entry) => JSON.stringify(entry)).join("\n"));
  });
  after(() => {
    folder.remove();
  });

  const run = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    await using command = await startNode({ script, args, env: { ADMIN_API_KEY: "" } });
    const { code } = await command.ended();
    return { code, output: command.output() };
  };
  const on = (baseUrl: string, key = KEY): string[] => [
    "--answers",
    answers,
    "--base-url",
    baseUrl,
    "--admin-key",
    key,
  ];

  it("ends with 0 where all holds, and shows what it looked at", async () => {
    await using stub = await startStubApi(PRODUCT, sound());
    const { code, output } = await run(...on(stub.baseUrl));
    expect(output).to.match(/every 201 and 200 has its order +\| 3 answers +\| yes/);
    expect(code).to.equal(0);
  });

  it("ends with 1 where something does not, and says what", async () => {
    await using stub = await startStubApi(PRODUCT, withOrders(sound().orders.slice(0, 2)));
    const { code, output } = await run(...on(stub.baseUrl));
    expect(output).to.contain("u3 was answered 201 with order order-3, which does not stand");
    expect(code).to.equal(1);
  });

  it("ends with 1 on a product that nobody knows", async () => {
    await using stub = await startStubApi(PRODUCT, sound());
    const { code, output } = await run(...on(stub.baseUrl), "--product", PRODUCT.replace("1", "2"));
    expect(output).to.contain("There is no such product.");
    expect(code).to.equal(1);
  });

  it("ends with 2 on wrong usage, and says what is wrong", async () => {
    await using stub = await startStubApi(PRODUCT, sound());
    const empty = join(folder.path, "empty.ndjson");
    writeFileSync(empty, "");
    const cases: readonly [RegExp, string[]][] = [
      [/--answers FILE/, []],
      [/Unknown option '--answer'/, ["--answer", answers]],
      [/no such file/, ["--answers", join(folder.path, "nowhere")]],
      [/RECORD_ANSWERS=true/, ["--answers", empty]],
      [/ADMIN_API_KEY/, ["--answers", answers]],
      [/must be a URL/, on("nowhere")],
      [/This is no admin/, on(stub.baseUrl, "another")],
    ];
    for (const [sentence, args] of cases) {
      const { code, output } = await run(...args);
      expect(output).to.match(sentence);
      expect(code, output).to.equal(2);
    }
  });

  it("ends with 3 where the API, or a store behind it, cannot be reached", async () => {
    const nobody = await run(...on(`http://127.0.0.1:${String(await freePort())}/api/v1`));
    expect(nobody.output).to.contain("Is the API running there?");
    await using stub = await startStubApi(PRODUCT, { ...sound(), refusal: { status: 503, error: "Redis is away." } });
    const away = await run(...on(stub.baseUrl));
    expect(away.output).to.contain("Redis is away.");
    expect([nobody.code, away.code]).to.deep.equal([3, 3]);
  });
});
