import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { expect } from "chai";
import { SignJWT } from "jose";
import sinon from "sinon";
import { RequestRefused } from "#src/answer.js";
import { createNewcomers } from "#src/newcomers.js";
import { createRateLimit, type RateLimit } from "#src/rate-limit.js";
import { request, startApi, TRUSTED, type Api } from "./api.js";
import { freshStores, type TestStores } from "./stores.js";
import { startWiredApp } from "./wired-app.js";

const WINDOW_MS = 60_000;
const log = createLog("silent");

/** How many of `count` requests in a row are let through. */
async function passed(limit: RateLimit | null, userId: string, count: number): Promise<number> {
  let through = 0;
  for (let left = count; left > 0; left -= 1) {
    const refusal = await refusalOf(limit, userId);
    if (refusal === null) through += 1;
  }
  return through;
}

async function refusalOf(limit: RateLimit | null, userId: string): Promise<RequestRefused | null> {
  try {
    await limit?.(userId);
    return null;
  } catch (fault) {
    if (fault instanceof RequestRefused && fault.code === "RATE_LIMITED") return fault;
    throw fault;
  }
}

describe("a newcomer", () => {
  it("comes first once a window, then tells when, then is counted", () => {
    const newcomers = createNewcomers(1_000);
    expect([0, 300, 400, 900].map((at) => newcomers.see("u1", at))).to.deep.equal(["first", 300, null, null]);
    expect(newcomers.see("u2", 900)).to.equal("first");
  });

  it("whose first request was a window ago comes first again", () => {
    const newcomers = createNewcomers(1_000);
    expect([0, 1_000, 1_500, 1_600].map((at) => newcomers.see("u1", at))).to.deep.equal(["first", "first", 500, null]);
  });

  it("is forgotten after two windows, and not before one", () => {
    const newcomers = createNewcomers(1_000);
    newcomers.see("other", 0);
    expect([900, 950, 1_899, 2_890].map((at) => newcomers.see("u1", at))).to.deep.equal(["first", 50, null, null]);
    expect(newcomers.see("u1", 2_900)).to.equal("first");
  });

  it("takes no room for ever: of very many the oldest come first again", () => {
    const newcomers = createNewcomers(1_000, 10);
    for (let user = 0; user < 100; user += 1) newcomers.see(`u${user}`, 1);
    expect(newcomers.see("u99", 2)).to.equal(1);
    expect(newcomers.see("u91", 2)).to.equal(1);
    expect(newcomers.see("u79", 2)).to.equal("first");
  });
});

describe("the rate limit in one process", () => {
  afterEach(() => sinon.restore());

  it("lets so many requests of each user through, and no more", async () => {
    const limit = createRateLimit({ windowMs: WINDOW_MS, max: 3 }, null);
    expect(await passed(limit, "u1", 10)).to.equal(3);
    expect(await passed(limit, "u2", 10)).to.equal(3);
  });

  it("is exact for a limit of one, and for many at once", async () => {
    expect(await passed(createRateLimit({ windowMs: WINDOW_MS, max: 1 }, null), "u1", 5)).to.equal(1);
    const limit = createRateLimit({ windowMs: WINDOW_MS, max: 20 }, null);
    const answers = await Promise.all(Array.from({ length: 50 }, () => refusalOf(limit, "u1")));
    expect(answers.filter((refusal) => refusal === null)).to.have.lengthOf(20);
  });

  it("says in whole seconds, one at least, when the window that the first request opened is over", async () => {
    const clock = sinon.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
    const limit = createRateLimit({ windowMs: WINDOW_MS, max: 2 }, null);
    const retryAfter = async () => (await refusalOf(limit, "u1"))?.headers["Retry-After"];
    expect(await passed(limit, "u1", 1)).to.equal(1);
    clock.tick(20_500);
    expect(await passed(limit, "u1", 1)).to.equal(1);
    expect(await retryAfter()).to.equal("40");
    clock.tick(39_400);
    expect(await retryAfter()).to.equal("1");
    clock.tick(101);
    expect(await passed(limit, "u1", 5)).to.equal(2);
  });

  it("is none at all for a maximum, or a window, of 0", () => {
    expect(createRateLimit({ windowMs: WINDOW_MS, max: 0 }, null)).to.equal(null);
    expect(createRateLimit({ windowMs: 0, max: 100 }, null)).to.equal(null);
  });
});

describe("the rate limit in Redis", () => {
  let stores: TestStores;
  let wired: Wired[];
  const user = () => `A.z_0@-:${Math.random().toString(36).slice(2)}`;

  before(async () => {
    stores = await freshStores();
  });
  beforeEach(() => {
    wired = [1, 2].map(() => wire(readConfig(stores.env), log, { keepsHouse: false }));
  });
  afterEach(() => Promise.all(wired.map((one) => one.close())));
  after(() => stores.drop());

  /** As two processes have it: each a connection of its own. */
  const limits = async (max: number, windowMs = WINDOW_MS) =>
    Promise.all(wired.map(async (one) => createRateLimit({ windowMs, max }, await one.get(tokens.rateLimitRedis))));
  const redis = async () => {
    const client = await wired[0]!.get(tokens.rateLimitRedis);
    if (client === null) throw new Error("no Redis");
    return client;
  };

  it("counts the requests to all processes together", async () => {
    const [first, second] = await limits(10);
    const userId = user();
    expect(await passed(first!, userId, 6)).to.equal(6);
    expect(await passed(second!, userId, 20)).to.equal(4);
    expect(await passed(first!, userId, 5)).to.equal(0);
  });

  it("gives a user one request more in each process, and no more than that", async () => {
    const [first, second] = await limits(4);
    const userId = user();
    expect(await passed(first!, userId, 4)).to.equal(4);
    expect(await passed(second!, userId, 10)).to.equal(1);
  });

  it("costs who comes once nothing there, and is there from the second request on, for the rest of the window", async () => {
    const [limit] = await limits(10);
    const userId = user();
    const key = `fs1:rate:${userId}`;
    expect(limit!(userId)).to.equal(undefined);
    expect(await (await redis()).exists(key)).to.equal(0);
    await limit!(userId);
    expect(await (await redis()).get(key)).to.equal("2");
    expect(await (await redis()).pttl(key)).to.be.within(1, WINDOW_MS);
    await limit!(userId);
    expect(await (await redis()).get(key)).to.equal("3");
  });

  it("asks nothing any more about who is over it", async () => {
    const [limit] = await limits(3);
    const userId = user();
    await passed(limit!, userId, 200);
    expect(await (await redis()).get(`fs1:rate:${userId}`)).to.equal("3");
  });

  it("frees the window after milliseconds, not seconds", async () => {
    const [limit] = await limits(2, 150);
    const userId = user();
    expect(await passed(limit!, userId, 3)).to.equal(2);
    expect((await refusalOf(limit!, userId))?.headers["Retry-After"]).to.equal("1");
    await new Promise((resolve) => setTimeout(resolve, 160));
    expect(await passed(limit!, userId, 3)).to.equal(2);
  });

  it("goes on after SCRIPT FLUSH", async () => {
    const [limit] = await limits(5);
    const userId = user();
    await passed(limit!, userId, 2);
    await (await redis()).script("FLUSH");
    expect(await passed(limit!, userId, 10)).to.equal(3);
  });

  it("is kept by each process alone while Redis is away, and refuses nobody for that", async () => {
    const [first, second] = await limits(5);
    const userId = user();
    for (const one of wired) (await one.get(tokens.rateLimitRedis))!.disconnect();
    expect(await passed(first!, userId, 10)).to.equal(5);
    expect(await passed(second!, userId, 10)).to.equal(5);
  });

  it("is what RATE_LIMIT_MAX says, for the app that is wired", async () => {
    const app = await startWiredApp({ ...stores.env, RATE_LIMIT_MAX: "2" });
    const url = `${app.url}/sale/orders/${NOBODY}?userId=${user()}`;
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await request(url)).status);
    await app.close();
    expect(statuses).to.deep.equal([404, 404, 429, 429]);
  });

  it("is 100 requests a minute, where nothing says otherwise", async () => {
    const app = await startWiredApp(stores.env);
    const url = `${app.url}/sale/orders/${NOBODY}?userId=${user()}`;
    const answers = await Promise.all(Array.from({ length: 110 }, () => request(url)));
    await app.close();
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).to.have.lengthOf(10);
    for (const { headers } of limited) expect(Number(headers.get("retry-after"))).to.be.within(50, 60);
  });
});

const NOBODY = "0190a5a0-0000-7000-8000-000000000000";

describe("the rate limit over HTTP", () => {
  let api: Api;
  const start = async (max: number, options = {}) => {
    api = await startApi({ rateLimit: createRateLimit({ windowMs: WINDOW_MS, max }, null), ...options });
  };
  afterEach(() => api.close());

  it("is a buyer's, over all that a buyer can ask, with RATE_LIMITED and when to come back", async () => {
    await start(3);
    const productId = await api.product({ perUserLimit: 5 });
    expect((await api.buy("u1", { productId })).status).to.equal(201);
    const paths = [`/sale/user/status?productId=${productId}&userId=u1`, `/sale/orders/${NOBODY}?userId=u1`];
    const statuses = await Promise.all(paths.map(async (path) => (await api.call(`/api/v1${path}`)).status));
    expect(statuses).to.deep.equal([200, 404]);

    const answers = [
      await api.buy("u1", { productId }),
      ...(await Promise.all(paths.map((path) => api.call(`/api/v1${path}`)))),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, body.success, body.code]).to.deep.equal([429, false, "RATE_LIMITED"]);
      expect(body.error).to.match(/^This user asks too often. Please try again in \d+ seconds\.$/);
      expect(Number(headers.get("retry-after"))).to.be.within(1, 60);
      expect(api.lines.some((line) => line["requestId"] === headers.get("x-request-id"))).to.be.true;
    }
    expect((await api.sale.ordersOf(productId, "u1"))?.orders).to.have.lengthOf(1);
    expect((await api.buy("u2", { productId })).status).to.equal(201);
  });

  it("is not spent on what names no buyer, nor by who only looks on", async () => {
    await start(1);
    const productId = await api.product();
    for (let count = 0; count < 5; count += 1) {
      expect((await api.post("/sale/purchase", { productId })).status).to.equal(401);
      expect((await api.buy("u1", { productId, colour: "red" })).status).to.equal(400);
      expect((await api.call(`/api/v1/sale/status/${productId}`)).status).to.equal(200);
    }
    expect((await api.buy("u1", { productId })).status).to.equal(201);
    expect((await api.buy("u1", { productId })).status).to.equal(429);
  });

  it("is the token's, in the mode jwt, whatever user a header names", async () => {
    const secret = "a secret that is thirty-two bytes, and more";
    await start(2, { auth: { ...TRUSTED, mode: "jwt", secret } });
    const token = (sub: string) =>
      new SignJWT({ sub }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(Buffer.from(secret));
    const ask = async (sub: string, header: string) => {
      const headers = { authorization: `Bearer ${await token(sub)}`, "x-user-id": header };
      return (await api.call(`/api/v1/sale/orders/${NOBODY}`, { headers })).status;
    };
    const statuses: number[] = [];
    for (const header of ["a", "b", "c"]) statuses.push(await ask("u1", header));
    expect([...statuses, await ask("u2", "a")]).to.deep.equal([404, 404, 429, 404]);
  });

  it("lets everything through where it is off", async () => {
    await start(0);
    const productId = await api.product();
    const answers = await Promise.all(Array.from({ length: 300 }, () => api.buy("u1", { productId })));
    expect(answers.filter(({ status }) => status === 429)).to.be.empty;
  });
});
