import { setTimeout as sleep } from "node:timers/promises";
import { createLog, readConfig, serve, type Serving } from "@flash-sale/http-koa";
import { expect } from "chai";
import { SignJWT } from "jose";
import type { Browser, BrowserContextOptions, Locator, Page, Request, Route } from "playwright-core";
import { STATUS_OF, type Code } from "#src/answer.js";
import { adminOf, type AdminCalls } from "./admin.js";
import { ADMIN_KEY, request } from "./api.js";
import { startChromium } from "./chromium.js";
import { freshStores, type TestStores } from "./stores.js";
import { expectAccessible, expectRoomy, startVisit, takePicture, VIEWPORTS, WIDTHS, type Visit } from "./visits.js";

const SECRET = "a secret that is thirty-two bytes, and more";
const PURCHASE = /\/sale\/purchase$/;
const STREAM = /\/sale\/stream\//;
const API = /^\/(api\/v1\/|health$)/;

/** The whole server, as a configuration makes it, on real stores. */
const startShop = (stores: TestStores, env: Record<string, string> = {}): Promise<Serving> => {
  const settings = { HOST: "127.0.0.1", PORT: "0", ADMIN_API_KEY: ADMIN_KEY, RATE_LIMIT_MAX: "0" };
  return serve(readConfig({ ...stores.env, ...settings, ...env }), createLog("silent"));
};

describe("the storefront", () => {
  let browser: Browser;
  let stores: TestStores;
  let shop: Serving;
  let admin: AdminCalls;
  const visits: Visit[] = [];

  before(async function () {
    // A machine without Chromium loads some 100 MB.
    this.timeout(600_000);
    stores = await freshStores();
    shop = await startShop(stores);
    admin = adminOf(shop.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await shop?.close();
    await stores?.drop();
  });
  afterEach(async () => {
    await Promise.all(visits.splice(0).map((visit) => visit[Symbol.asyncDispose]()));
  });

  const visit = async (options?: BrowserContextOptions, url = shop.url): Promise<Visit> => {
    const started = await startVisit(browser, url, options);
    visits.push(started);
    return started;
  };
  const putOn = async (terms: object = {}): Promise<string> => {
    const { status, body } = await admin.post("/products", {
      ...{ name: "Console", description: "The new one, in white.", price: 49.99, totalQuantity: 10, ...terms },
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    return body.data.id;
  };
  /** What stands, as the shop's staff sees it. */
  const ordersOf = (productId: string) => admin.all(`/orders?productId=${productId}`);
  const buyAs = (userId: string, productId: string) =>
    request(`${shop.url}/api/v1/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": userId },
      body: JSON.stringify({ productId }),
    });

  const buyButton = (page: Page): Locator => page.locator("#buy");
  const openButton = (page: Page): Locator => page.locator('#buy[aria-disabled="false"]');
  const message = (page: Page): Locator => page.locator("#message");
  const says = (page: Page, words: RegExp | string) => message(page).getByText(words).waitFor();
  const buttonSays = (page: Page, words: RegExp | string) => buyButton(page).filter({ hasText: words }).waitFor();
  const showsIn = (page: Page, part: string, hasText: RegExp | string) => page.locator(part, { hasText }).waitFor();
  const stateIs = (page: Page, word: string) => showsIn(page, "#state", word);
  const connectionIs = (page: Page, words: RegExp) => showsIn(page, "#connection", words);
  const leftIs = (page: Page, units: number) => showsIn(page, "#left-count", new RegExp(`^${units}$`));
  const orderCards = (page: Page): Locator => page.locator("#order-list > li");
  const open = async (page: Page, productId: string): Promise<void> => {
    await page.goto(`/?productId=${productId}`);
    await page.locator("#offer").waitFor();
  };

  /** Holds the purchases of all these pages back until each has sent one: then they come to the shop at once. */
  const meet = async (pages: readonly Page[]): Promise<void> => {
    let missing = pages.length;
    let go = (): void => undefined;
    const met = new Promise<void>((resolve) => (go = resolve));
    for (const page of pages) {
      await page.route(PURCHASE, async (route) => {
        missing -= 1;
        if (missing === 0) go();
        await met;
        await route.continue();
      });
    }
  };

  it("shows a sale from the countdown to sold out, to two who press at once, and a unit that comes back", async () => {
    const startsIn = (ms: number) => ({ saleStartAt: new Date(Date.now() + ms).toISOString() });
    const productId = await putOn({ totalQuantity: 2, ...startsIn(3_600_000) });
    const [ann, ben] = [await visit(), await visit({ viewport: VIEWPORTS[360] })];
    // Ben's clock is an hour fast; the shop's counts.
    await ben.context.addInitScript("{ const now = Date.now; Date.now = () => now() + 3_600_000; }");
    const pages = [ann.page, ben.page];
    await Promise.all(pages.map((page) => open(page, productId)));
    for (const page of pages) {
      expect(await page.getByRole("timer").innerText()).to.match(/^Starts in\s+00\s+h\s+59\s+min\s+\d\d\s+s\s+[A-Z]/);
      await stateIs(page, "Starts soon");
      expect(await buyButton(page).getAttribute("aria-disabled")).to.equal("true");
      await connectionIs(page, /^Live$/);
    }
    // The staff has it start sooner: the pages hear of it, and count that down.
    expect((await admin.patch(`/products/${productId}`, startsIn(4_000))).status).to.equal(200);
    for (const page of pages) await showsIn(page, "#countdown", /Starts in\s*00\s+h\s+00\s+min\s+0[1-4]\s+s/);
    await Promise.all(pages.map((page) => openButton(page).waitFor()));
    expect(await ann.page.locator("#announcement").innerText()).to.equal("The sale of Console has started.");
    await meet(pages);
    await Promise.all(pages.map((page) => buyButton(page).click()));
    await Promise.all(pages.map((page) => says(page, /^It is yours: order number [12]\.$/)));
    await Promise.all(pages.map((page) => stateIs(page, "Sold out")));
    expect(await ordersOf(productId)).to.have.lengthOf(2);

    const late = await visit();
    await open(late.page, productId);
    await stateIs(late.page, "Sold out");
    expect(await late.page.getByRole("progressbar", { name: "0 of 2 left" }).getAttribute("value")).to.equal("0");
    const [order] = await ordersOf(productId);
    expect((await admin.post(`/orders/${order!.orderId}/cancel`)).status).to.equal(200);
    await openButton(late.page).click();
    await says(late.page, "It is yours: order number 3.");
    for (const one of [ann, ben, late]) one.expectNoFault();
  });

  it("sells the last unit to one of two who press at once, and says so to the other", async () => {
    const productId = await putOn({ totalQuantity: 1 });
    const both = [await visit(), await visit()];
    for (const { page, expects } of both) {
      expects(PURCHASE, 400);
      await open(page, productId);
    }
    await meet(both.map(({ page }) => page));
    await Promise.all(both.map(({ page }) => openButton(page).click()));
    await Promise.all(both.map(({ page }) => says(page, /It is yours|Sold out: others were faster/)));
    await Promise.all(both.map(({ page }) => stateIs(page, "Sold out")));
    expect(await ordersOf(productId)).to.have.lengthOf(1);
    const cards = await Promise.all(both.map(({ page }) => orderCards(page).count()));
    expect(cards.sort()).to.deep.equal([0, 1]);
    for (const one of both) one.expectNoFault();
  });

  it("shows the order, its number, its total and its time, also after a reload and in another browser", async () => {
    const productId = await putOn({ perUserLimit: 3, price: 1_234.5 });
    const { page, expectNoFault } = await visit();
    await open(page, productId);
    await page.getByRole("button", { name: "One more" }).click();
    await buttonSays(page, "Buy 2 units for $2,469.00");
    await buyButton(page).click();
    await says(page, "It is yours: order number 1.");
    await page.reload();
    const card = orderCards(page);
    await card.waitFor();
    const [{ orderId } = { orderId: "" }] = await ordersOf(productId);
    expect(await card.innerText())
      .to.contain("Order number 1")
      .and.to.contain("Console, 2 units at $1,234.50")
      .and.to.contain("$2,469.00")
      .and.to.contain(String(new Date().getFullYear()))
      .and.to.contain(orderId);
    // One is left of what one buyer may own, so there is nothing to choose any more.
    await buttonSays(page, "Buy now for $1,234.50");
    expect(await page.locator("#quantity-field").isVisible()).to.be.false;

    const name = await page.locator("#buyer-name").innerText();
    const elsewhere = await visit();
    await open(elsewhere.page, productId);
    expect(await elsewhere.page.locator("#buyer-name").innerText()).not.to.equal(name);
    await elsewhere.page.getByRole("button", { name: "Change name" }).click();
    const dialog = elsewhere.page.getByRole("dialog", { name: "Who is buying?" });
    await dialog.getByLabel("Name").fill("not a name!");
    await dialog.getByRole("button", { name: "Use this name" }).click();
    expect(await dialog.getByLabel("Name").getAttribute("aria-invalid")).to.equal("true");
    await dialog.getByLabel("Name").fill(name);
    await elsewhere.page.keyboard.press("Enter");
    await orderCards(elsewhere.page).waitFor();
    expect(await elsewhere.page.locator("#buyer-name").innerText()).to.equal(name);
    expectNoFault();
    elsewhere.expectNoFault();
  });

  it("shows the buyer that an order was cancelled", async () => {
    const productId = await putOn();
    const { page, expectNoFault } = await visit();
    await open(page, productId);
    await openButton(page).click();
    await says(page, /It is yours/);
    const [order] = await ordersOf(productId);
    await admin.post(`/orders/${order!.orderId}/cancel`);
    await page.reload();
    await orderCards(page).getByText("Cancelled").waitFor();
    await openButton(page).waitFor();
    expectNoFault();
  });

  describe("buys once", () => {
    /** What the page sends, in the order in which it was sent. */
    const purchasesOf = (page: Page): Request[] => {
      const sent: Request[] = [];
      page.on("request", (one) => {
        if (PURCHASE.test(new URL(one.url()).pathname)) sent.push(one);
      });
      return sent;
    };
    const keysOf = (sent: readonly Request[]): Set<string | undefined> =>
      new Set(sent.map((one) => one.headers()["idempotency-key"]));

    for (const [how, press] of [
      ["a double click", (page: Page) => buyButton(page).dblclick()],
      [
        "Enter held down",
        async (page: Page) => {
          await buyButton(page).focus();
          for (let repeat = 0; repeat < 30; repeat += 1) {
            await page.keyboard.down("Enter");
            await sleep(70);
          }
          await page.keyboard.up("Enter");
        },
      ],
      [
        "ten presses in one moment",
        (page: Page) => page.evaluate('for (let i = 0; i < 10; i += 1) document.getElementById("buy").click()'),
      ],
      [
        "a second press that comes just after the order",
        (page: Page) =>
          page.evaluate(`
            const press = () => document.getElementById("buy").click();
            new MutationObserver(() => setTimeout(press, 150)).observe(document.getElementById("message"), { childList: true });
            press();`),
      ],
    ] as const) {
      it(`by ${how}`, async () => {
        const productId = await putOn({ perUserLimit: 5 });
        const { page, expectNoFault } = await visit();
        await open(page, productId);
        await openButton(page).waitFor();
        await press(page);
        await says(page, "It is yours: order number 1.");
        await sleep(500);
        expect(await ordersOf(productId)).to.have.lengthOf(1);
        expectNoFault();
      });
    }

    it("from two tabs at once, and both show the order", async () => {
      const productId = await putOn({ perUserLimit: 5 });
      const { context, page, expectNoFault } = await visit();
      const other = await context.newPage();
      // Long enough for the second press to come while the first is under way.
      await page.route(PURCHASE, async (route) => {
        await says(other, "Another tab of yours is buying.");
        await route.continue();
      });
      for (const tab of [page, other]) await open(tab, productId);
      await openButton(page).click();
      await openButton(other).click();
      await says(page, "It is yours: order number 1.");
      for (const tab of [page, other]) await orderCards(tab).waitFor();
      expect(await ordersOf(productId)).to.have.lengthOf(1);
      expectNoFault();
    });

    it("from two tabs at once, also where the browser has no locks and keeps nothing for the session", async () => {
      const productId = await putOn({ perUserLimit: 5 });
      const { context, page, expectNoFault } = await visit();
      // As on an address without TLS, with cookies switched off for the session alone.
      await context.addInitScript(`
        delete Navigator.prototype.locks;
        Object.defineProperty(window, "sessionStorage", { get() { throw new Error("switched off"); } });`);
      const other = await context.newPage();
      const sent = [purchasesOf(page), purchasesOf(other)];
      for (const tab of [page, other]) await open(tab, productId);
      await meet([page, other]);
      await openButton(page).click();
      await buttonSays(page, "Buying");
      await openButton(other).click();
      for (const tab of [page, other]) await says(tab, "It is yours: order number 1.");
      expect(keysOf(sent.flat()).size).to.equal(1);
      expect(await ordersOf(productId)).to.have.lengthOf(1);
      expectNoFault();
    });

    it("where the browser keeps nothing at all", async () => {
      const productId = await putOn();
      const { context, page, expectNoFault } = await visit();
      await context.addInitScript(`
        for (const name of ["localStorage", "sessionStorage"])
          Object.defineProperty(window, name, { get() { throw new Error("switched off"); } });`);
      await open(page, productId);
      await openButton(page).click();
      await says(page, "It is yours: order number 1.");
      await orderCards(page).waitFor();
      expectNoFault();
    });

    it("when the network is cut after the shop has sold, and comes back", async () => {
      const productId = await putOn({ perUserLimit: 5 });
      const { context, page, expects, expectNoFault } = await visit();
      expects(API, "lost");
      const sent = purchasesOf(page);
      await open(page, productId);
      await connectionIs(page, /^Live$/);
      await page.route(
        PURCHASE,
        async (route) => {
          await route.fetch();
          await context.setOffline(true);
          await route.abort("internetdisconnected");
        },
        { times: 1 },
      );
      await openButton(page).click();
      await says(page, "The connection is lost.");
      expect(await ordersOf(productId)).to.have.lengthOf(1);
      await context.setOffline(false);
      await says(page, "It is yours: order number 1.");
      await connectionIs(page, /^Live$/);
      expect(await ordersOf(productId)).to.have.lengthOf(1);
      expect(sent.length).to.be.at.least(2);
      expect(keysOf(sent).size).to.equal(1);
      expectNoFault();
    });

    it("when the network is cut before the shop has heard of it", async () => {
      const productId = await putOn();
      const { context, page, expects, expectNoFault } = await visit();
      expects(API, "lost");
      await open(page, productId);
      await openButton(page).waitFor();
      await context.setOffline(true);
      await connectionIs(page, /^No connection/);
      await buyButton(page).click();
      await says(page, "The connection is lost.");
      expect(await ordersOf(productId)).to.deep.equal([]);
      await context.setOffline(false);
      await says(page, "It is yours: order number 1.");
      expectNoFault();
    });

    it("when the shop's server goes away and comes back", async () => {
      const productId = await putOn();
      const first = await startShop(stores);
      const { page, expects, expectNoFault } = await visit({}, first.url);
      expects(API, "lost");
      await open(page, productId);
      await connectionIs(page, /^Live$/);
      await first.close();
      await connectionIs(page, /^No connection/);
      await openButton(page).click();
      await says(page, "The connection is lost.");
      const second = await startShop(stores, { PORT: new URL(first.url).port });
      try {
        await says(page, "It is yours: order number 1.");
        await connectionIs(page, /^Live$/);
        expect(await ordersOf(productId)).to.have.lengthOf(1);
        expectNoFault();
      } finally {
        await second.close();
      }
    });

    for (const [when, hold] of [
      [
        "after the shop has sold",
        async (route: Route) => {
          await route.fetch();
        },
      ],
      ["before the shop has heard of it", async () => undefined],
    ] as const) {
      it(`when the page is reloaded in mid-purchase, ${when}`, async () => {
        const productId = await putOn({ perUserLimit: 5 });
        const { page, expects, expectNoFault } = await visit();
        expects(API, "lost");
        const sent = purchasesOf(page);
        await open(page, productId);
        let isHeld = (): void => undefined;
        const held = new Promise<void>((resolve) => (isHeld = resolve));
        // The first one is never answered.
        await page.route(PURCHASE, async (route) => {
          if (sent.length > 1) {
            await route.continue();
            return;
          }
          await hold(route);
          isHeld();
        });
        await openButton(page).click();
        await held;
        await page.reload();
        await says(page, "It is yours: order number 1.");
        expect(await ordersOf(productId)).to.have.lengthOf(1);
        expect([sent.length, keysOf(sent).size]).to.deep.equal([2, 1]);
        // The next purchase is another one.
        await sleep(1_600);
        await openButton(page).click();
        await says(page, "It is yours: order number 2.");
        expect(keysOf(sent).size).to.equal(2);
        expectNoFault();
      });
    }

    it("when a store stopped answering: it asks for the order that may stand, and shows it", async () => {
      const productId = await putOn();
      const { page, expects, expectNoFault } = await visit();
      expects(PURCHASE, 503);
      const sent = purchasesOf(page);
      await open(page, productId);
      await page.route(PURCHASE, async (route) => {
        const { data } = (await (await route.fetch()).json()) as { data: { orderId: string } };
        await refuse(route, "UNAVAILABLE", { orderId: data.orderId });
      });
      await openButton(page).click();
      await says(page, "It is yours: order number 1.");
      expect(sent.length).to.equal(1);
      expectNoFault();
    });

    it("when nobody answers for long: it says how to go on, and goes on with the same key", async () => {
      const productId = await putOn();
      const { page, expects, expectNoFault } = await visit();
      expects(PURCHASE, 503);
      const sent = purchasesOf(page);
      await page.clock.install();
      await open(page, productId);
      await openButton(page).waitFor();
      await page.route(PURCHASE, (route) => refuse(route, "UNAVAILABLE"));
      await buyButton(page).click();
      while ((await buyButton(page).innerText()) !== "Try again") {
        await page.clock.runFor(1_000);
        await sleep(20);
      }
      await says(page, "The shop cannot say right now whether you bought it.");
      expect([sent.length, keysOf(sent).size]).to.deep.equal([8, 1]);
      await page.unroute(PURCHASE);
      await buyButton(page).click();
      await says(page, "It is yours: order number 1.");
      expect(keysOf(sent).size).to.equal(1);
      expectNoFault();
    });
  });

  describe("says in plain words why it does not sell", () => {
    const toBuyers = Object.keys(STATUS_OF).filter((code) => code !== "TOTAL_TOO_LOW") as Code[];
    const goesOn = (code: Code): boolean =>
      STATUS_OF[code] === 429 || STATUS_OF[code] === 503 || code === "PURCHASE_IN_PROGRESS";

    for (const code of toBuyers.filter((one) => !goesOn(one))) {
      it(`${code}, and what to do next`, async () => {
        const productId = await putOn();
        const { page, expects, expectNoFault } = await visit();
        expects(PURCHASE, STATUS_OF[code]);
        await open(page, productId);
        await openButton(page).waitFor();
        await page.route(PURCHASE, (route) => refuse(route, code), { times: 1 });
        await buyButton(page).click();
        await message(page).and(page.locator(".bad")).waitFor();
        const [title = "", next = "", ...more] = (await message(page).innerText()).split(/\n+/);
        for (const words of [title, next]) expect(words).to.match(/^[A-Z][^_]+\.$/);
        expect(more).to.deep.equal([]);
        expect(`${title} ${next}`).not.to.contain(code).and.not.to.contain("As the API says it");
        // A refusal ends the attempt: the next press is a new purchase.
        await openButton(page).click();
        await says(page, "It is yours: order number 1.");
        expectNoFault();
      });
    }

    for (const code of toBuyers.filter(goesOn)) {
      it(`${code}, and asks again by itself`, async () => {
        const productId = await putOn();
        const { page, expects, expectNoFault } = await visit();
        expects(PURCHASE, STATUS_OF[code]);
        await open(page, productId);
        await openButton(page).waitFor();
        await page.route(PURCHASE, (route) => refuse(route, code), { times: 1 });
        await buyButton(page).click();
        await says(page, "Your purchase is kept. This page asks again by itself, and buys once.");
        await says(page, "It is yours: order number 1.");
        expect(await ordersOf(productId)).to.have.lengthOf(1);
        expectNoFault();
      });
    }

    it("a price that has changed while it was looked at, and the new one", async () => {
      const productId = await putOn();
      const { page, expects, expectNoFault } = await visit();
      expects(PURCHASE, 409);
      // The news of the new price does not reach the page before the press does.
      await page.route(STREAM, (route) => route.abort());
      expects(STREAM, "lost");
      await open(page, productId);
      await openButton(page).waitFor();
      await page.route(PURCHASE, async (route) => {
        expect((await admin.patch(`/products/${productId}`, { price: 59 })).status).to.equal(200);
        await route.continue();
      });
      await buyButton(page).click();
      await says(page, "The price has changed.");
      await buttonSays(page, "Buy now for $59.00");
      expect(await ordersOf(productId)).to.deep.equal([]);
      expectNoFault();
    });

    it("a limit that is used up on another device", async () => {
      const productId = await putOn();
      const { page, expects, expectNoFault } = await visit();
      expects(PURCHASE, 403);
      await open(page, productId);
      await openButton(page).waitFor();
      await buyAs(await page.locator("#buyer-name").innerText(), productId);
      await buyButton(page).click();
      await says(page, "You have bought all that one buyer may own.");
      await orderCards(page).waitFor();
      await buttonSays(page, "You have bought it");
      expectNoFault();
    });
  });

  it("asks for the status where there is no stream, and goes back to the stream", async () => {
    const productId = await putOn();
    const { page, expects, expectNoFault } = await visit();
    expects(STREAM, "lost");
    await page.route(STREAM, (route) => route.abort());
    await open(page, productId);
    await connectionIs(page, /^Updated every few seconds$/);
    await buyAs("somebody", productId);
    await leftIs(page, 9);
    await page.unroute(STREAM);
    await connectionIs(page, /^Live$/);
    await buyAs("somebody-else", productId);
    await leftIs(page, 8);
    expectNoFault();
  });

  it("says when the connection is lost, and shows what has changed once it is back", async () => {
    const productId = await putOn();
    const { context, page, expects, expectNoFault } = await visit();
    expects(API, "lost");
    await page.route(STREAM, (route) => route.abort());
    await open(page, productId);
    await connectionIs(page, /^Updated every few seconds$/);
    await context.setOffline(true);
    await connectionIs(page, /^No connection/);
    await buyAs("somebody", productId);
    await page.unroute(STREAM);
    await context.setOffline(false);
    await connectionIs(page, /^Live$/);
    await leftIs(page, 9);
    expectNoFault();
  });

  it("shows the end when it comes, and that a new sale is not this one", async () => {
    const productId = await putOn();
    const { page, expectNoFault } = await visit();
    await open(page, productId);
    await openButton(page).waitFor();
    await admin.patch(`/products/${productId}`, { saleEndAt: new Date().toISOString() });
    await stateIs(page, "Ended");
    await says(page, /^The sale ended on /);
    await buttonSays(page, "Sale ended");
    expect(await page.getByRole("timer").isVisible()).to.be.false;
    expectNoFault();
  });

  it("waits where there is no sale, and shows the newest when one is put on", async () => {
    const empty = await freshStores();
    const quietShop = await startShop(empty);
    try {
      const { page, expects, expectNoFault } = await visit({}, quietShop.url);
      expects(/\/sale\/first$/, 404);
      await page.goto("/");
      await page.getByText(/^Nothing is on sale yet/).waitFor();
      await expectAccessible(page);
      await adminOf(quietShop.url).post("/products", { name: "First", price: 1, totalQuantity: 1 });
      await page.getByRole("heading", { name: "First" }).waitFor();
      expectNoFault();
    } finally {
      await quietShop.close();
      await empty.drop();
    }
  });

  it("sells to whom a token names where the shop asks for one, and says so to who has none", async () => {
    const tokenShop = await startShop(stores, { AUTH_MODE: "jwt", AUTH_JWT_SECRET: SECRET });
    try {
      const productId = await putOn();
      const { page, expects, expectNoFault } = await visit({}, tokenShop.url);
      expects(/\/sale\/user\/status$/, 401);
      await open(page, productId);
      await says(page, "This shop sells to people who are signed in, and you are not.");
      await buttonSays(page, "Sign in to buy");
      expect(await page.getByRole("button", { name: "Change name" }).isVisible()).to.be.false;

      const claims = { sub: "ann", exp: Math.floor(Date.now() / 1_000) + 3_600 };
      const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(SECRET));
      await page.goto(`/?productId=${productId}#token=${token}`);
      await showsIn(page, "#buyer-name", /^ann$/);
      // Neither in the address, from where it would be shared, nor in what other tabs and the next visitor see.
      expect(page.url()).to.equal(`${tokenShop.url}/?productId=${productId}`);
      expect(await page.evaluate<string>("JSON.stringify(localStorage)")).not.to.contain(token);
      await page.reload();
      await openButton(page).click();
      await says(page, "It is yours: order number 1.");
      const [order] = (await ordersOf(productId)) as unknown as readonly { readonly userId: string }[];
      expect(order?.userId).to.equal("ann");
      expectNoFault();
    } finally {
      await tokenShop.close();
    }
  });

  it("is used by keyboard alone, and tells a screen reader what there is", async () => {
    const productId = await putOn({ perUserLimit: 3 });
    const { page, expectNoFault } = await visit();
    await open(page, productId);
    await openButton(page).waitFor();
    const focused = () => page.evaluate<string>("document.activeElement.id");
    const tabTo = async (id: string): Promise<void> => {
      for (let presses = 0; (await focused()) !== id; presses += 1) {
        expect(presses, `Tab leads to ${id}`).to.be.below(20);
        await page.keyboard.press("Tab");
      }
    };
    await tabTo("rename");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    expect(await focused()).to.equal("rename");
    await tabTo("more");
    await page.keyboard.press("Space");
    await tabTo("buy");
    const outline = await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).to.equal("solid");
    await page.keyboard.press("Enter");
    await says(page, "It is yours: order number 1.");
    // Where the press left it, though the button has closed in between.
    expect(await focused()).to.equal("buy");
    await page.getByRole("timer").filter({ hasText: "Ends in" }).waitFor();
    await page.getByRole("progressbar", { name: "8 of 10 left" }).waitFor();
    await page.getByRole("status").filter({ hasText: "It is yours" }).waitFor();
    await page.getByRole("list").getByText("Order number 1").waitFor();
    expectNoFault();
  });

  it("says what it needs where scripts are off", async () => {
    const productId = await putOn();
    const { page, expectNoFault } = await visit({ javaScriptEnabled: false });
    await page.goto(`/?productId=${productId}`);
    await page.locator("noscript p").waitFor();
    expect(await page.locator("noscript p").innerText()).to.match(/^This page needs JavaScript/);
    expectNoFault();
  });

  for (const width of WIDTHS) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`can be read and pressed at ${width} pixels, ${colorScheme}, in every state`, async () => {
        const look = { viewport: VIEWPORTS[width], colorScheme, reducedMotion: "reduce" } as const;
        const { page, expectNoFault, expects } = await visit(look);
        expects(PURCHASE, 400);
        const check = async (name: string): Promise<void> => {
          await expectAccessible(page);
          await expectRoomy(page);
          const inDocs = colorScheme === "light" && name === "";
          await takePicture(page, `storefront${name}-${width}${colorScheme === "dark" ? "-dark" : ""}`, { inDocs });
        };
        const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
        const upcoming = await putOn({
          name: "Wavelength One",
          perUserLimit: 2,
          saleStartAt: inAnHour,
          totalQuantity: 200,
        });
        await open(page, upcoming);
        await stateIs(page, "Starts soon");
        await check("-upcoming");

        const productId = await putOn({ name: "Wavelength One", perUserLimit: 3, totalQuantity: 200 });
        for (let buyer = 0; buyer < 57; buyer += 1) await buyAs(`buyer-${buyer}`, productId);
        await open(page, productId);
        await openButton(page).waitFor();
        await connectionIs(page, /^Live$/);
        await leftIs(page, 143);
        await check("");

        await page.getByRole("button", { name: "One more" }).click();
        await buyButton(page).click();
        await orderCards(page).waitFor();
        await check("-bought");

        const short = await putOn({ name: "Incomprehensibilities and other very long words", totalQuantity: 1 });
        await open(page, short);
        await openButton(page).waitFor();
        await page.route(PURCHASE, async (route) => {
          await buyAs("somebody", short);
          await route.continue();
        });
        await buyButton(page).click();
        await stateIs(page, "Sold out");
        await message(page).getByText(/./).first().waitFor();
        await check("-sold-out");
        expectNoFault();
      });
    }
  }
});

/** As the API would refuse, with a sentence of its own. */
async function refuse(route: Route, code: Code, details?: object): Promise<void> {
  const status = STATUS_OF[code];
  await route.fulfill({
    status,
    contentType: "application/json; charset=utf-8",
    headers: status === 429 || status === 503 ? { "retry-after": "1" } : {},
    body: JSON.stringify({ success: false, error: "As the API says it.", code, details }),
  });
}
