import { readFile } from "node:fs/promises";
import { createLog, readConfig, serve, tokens, wire, type Serving, type Wired } from "@flash-sale/http-koa";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import {
  chartLine,
  enter,
  expectFigure,
  expectHeading,
  expectSaid,
  focused,
  signIn,
  takePicture,
  until,
} from "./admin-console.js";
import { adminOf, type AdminCalls } from "./admin.js";
import { ADMIN_KEY, request, type Answer } from "./api.js";
import { startChromium } from "./chromium.js";
import { freshStores, type TestStores } from "./stores.js";
import { expectAccessible, expectRoomy, startVisit, VIEWPORTS, WIDTHS, type Visit } from "./visits.js";

const log = createLog("silent");
/** As much of the page as shows the sale, its figures and its charts. */
const PICTURE_HEIGHTS = { 360: 1_700, 1440: 1_130 } as const;

describe("the admin console, on Redis and PostgreSQL, in a browser", function () {
  this.timeout(60_000);
  let stores: TestStores;
  let serving: Serving;
  let wired: Wired;
  let admin: AdminCalls;
  let browser: Browser | undefined;

  const environment = { HOST: "127.0.0.1", PORT: "0", RATE_LIMIT_MAX: "0" };
  before(async function () {
    // A machine without Chromium loads some 100 MB.
    this.timeout(600_000);
    stores = await freshStores();
    const config = readConfig({ ...stores.env, ...environment, ADMIN_API_KEY: ADMIN_KEY });
    serving = await serve(config, log);
    wired = wire(config, log, { keepsHouse: false });
    admin = adminOf(serving.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    await wired.close();
    await serving.close();
    await stores.drop();
  });

  const visit = (options = {}): Promise<Visit> => startVisit(browser!, serving.url, options);
  const product = async (terms: object = {}): Promise<string> => {
    const { status, body } = await admin.post("/products", {
      ...{ name: "Console", price: 49.99, totalQuantity: 10 },
      ...terms,
    });
    expect(status).to.equal(201);
    return body.data.id;
  };
  const buy = (userId: string, productId: string, quantity = 1): Promise<Answer> =>
    request(`${serving.url}/api/v1/sale/purchase`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": userId },
      body: JSON.stringify({ productId, quantity }),
    });
  const view = async (productId: string) => (await admin.get(`/products/${productId}`)).body.data;
  const ordersOf = async (productId: string) =>
    (await admin.get(`/orders?productId=${productId}&limit=1000`)).body.data["items"] as Record<string, unknown>[];

  describe("signing in", () => {
    it("takes the key, keeps it for this tab alone, also when the page is loaded anew, and forgets it", async () => {
      await using visitor = await visit();
      const { page, context } = visitor;
      visitor.expects(/\/admin\/products$/, 401, 403);
      await page.goto("/admin");
      await signIn(page, "not-the-key");
      await expectSaid(page.locator("#field-key-error"), "This is not the admin key.");
      expect(await page.getByLabel("Admin key").inputValue()).to.equal("not-the-key");
      await signIn(page, ADMIN_KEY);
      await expectHeading(page, "Sales");
      expect(await focused(page)).to.equal("Sales");
      await page.reload();
      await expectHeading(page, "Sales");

      const other = await context.newPage();
      await other.goto("/admin");
      await expectHeading(other, "Sign in");

      await page.getByRole("button", { name: "Sign out" }).click();
      await expectHeading(page, "Sign in");
      expect(await page.evaluate("sessionStorage.length + localStorage.length + document.cookie.length")).to.equal(0);
      await page.reload();
      await expectHeading(page, "Sign in");
      visitor.expectNoFault();
    });

    it("says that nothing was entered, and that a server has no key, or is not there", async () => {
      const keyless = await serve(readConfig({ ...stores.env, ...environment }), log);
      await using visitor = await startVisit(browser!, keyless.url);
      const { page } = visitor;
      visitor.expects(/\/admin\/products$/, 403, "lost");
      try {
        await page.goto("/admin");
        const error = page.locator("#field-key-error");
        await signIn(page, "");
        await expectSaid(error, "Enter the admin key.");
        await signIn(page, ADMIN_KEY);
        await expectSaid(error, "This server has no admin key");
      } finally {
        await keyless.close();
      }
      await signIn(page, ADMIN_KEY);
      await expectSaid(page.locator("#field-key-error"), "The server cannot be reached.");
      visitor.expectNoFault();
    });

    it("asks for the key again where it is good no more", async () => {
      await using visitor = await visit();
      const { page } = visitor;
      visitor.expects(/\/admin\/orders$/, 403);
      await enter(page);
      const refusal = { success: false, code: "FORBIDDEN", error: "This is not the admin key." };
      await page.route("**/admin/orders?*", (route) => route.fulfill({ status: 403, json: refusal }));
      await page.getByRole("link", { name: "Orders" }).click();
      await expectHeading(page, "Sign in");
      await page.getByText("The admin key that was good is so no more.").waitFor();
      visitor.expectNoFault();
    });
  });

  describe("a sale", () => {
    it("is put on: what is wrong is told at its field, and nothing that was typed is lost", async () => {
      await using visitor = await visit({ timezoneId: "America/New_York" });
      const { page } = visitor;
      visitor.expects(/\/admin\/products$/, 400);
      await enter(page);
      await page.getByRole("link", { name: "Put a sale on" }).click();
      await expectHeading(page, "Put a sale on");
      await page.getByLabel("Price").fill("12,50");
      await page.getByLabel("Units", { exact: true }).fill("25");
      await page.getByLabel("End").fill("2099-07-01T12:00");
      await page.getByRole("button", { name: "Put it on sale" }).click();
      await expectSaid(page.locator("#field-name-error"), "Is missing.");
      await expectSaid(page.locator("#field-price-error"), "Must be a decimal number");
      expect(await page.getByLabel("Price").getAttribute("aria-invalid")).to.equal("true");
      expect(await page.evaluate("document.activeElement.id")).to.equal("field-name");
      expect(await page.getByLabel("Price").inputValue()).to.equal("12,50");
      await expectAccessible(page);

      await page.getByLabel("Name").fill("A <b>console</b>");
      await page.getByLabel("Price").fill("12.50");
      await page.getByLabel("Currency").fill("EUR");
      await page.getByRole("button", { name: "Put it on sale" }).click();
      await expectHeading(page, "A <b>console</b>");
      expect(await focused(page)).to.equal("A <b>console</b>");
      const id = new URL(page.url()).hash.split("/").at(-1) ?? "";
      expect(await view(id)).to.include({
        ...{ name: "A <b>console</b>", price: 12.5, currency: "EUR", totalQuantity: 25, perUserLimit: 1 },
        ...{ status: "active", saleEndAt: "2099-07-01T16:00:00.000Z" },
      });
      await page.getByRole("link", { name: "All sales" }).click();
      await expectHeading(page, "Sales");
      const row = page.getByRole("listitem").filter({ hasText: "A <b>console</b>" });
      await expectSaid(row, "On sale");
      await expectFigure(row, "available", 25);
      visitor.expectNoFault();
    });

    it("is watched as it sells: figures, charts, and their values in words", async () => {
      const id = await product({ totalQuantity: 1_000 });
      await using visitor = await visit();
      const { page } = visitor;
      await enter(page, `#/sales/${id}`);
      await expectHeading(page, "Console");
      await expectFigure(page, "available", 1_000);
      await page.getByText("The figures are live.").waitFor();
      let bought = 0;
      await until("the charts tell of purchases, refusals and times", async () => {
        for (let n = 0; n < 5; n += 1) expect((await buy(`u${(bought += 1)}`, id)).status).to.equal(201);
        expect((await buy("u1", id)).body.code).to.equal("ALREADY_PURCHASED");
        const [, purchases = "–"] = await chartLine(page, "Purchases a second", "Purchases");
        const [, refusals = "–"] = await chartLine(page, "Refusals a second", "Limit reached");
        const [, half = "–"] = await chartLine(page, "Time to an answer", "p50");
        const [, slow = "–"] = await chartLine(page, "Time to an answer", "p99");
        return Number(purchases) > 0 && Number(refusals) > 0 && /^[\d.]+ (ms|s)$/.test(half) && /\d/.test(slow);
      });
      await expectFigure(page, "sold", bought);
      await expectFigure(page, "available", 1_000 - bought);
      await page.getByRole("img", { name: `${bought} of 1,000 units sold, 0 held` }).waitFor();
      const stock = async () => (await chartLine(page, "Stock", "Available"))[0];
      await until("the stock's line is where the stock is", async () => {
        const shown = await stock();
        return shown === String(1_000 - bought) || shown === "1K";
      });
      // Four canvases, each with something drawn on it.
      const drawn = await page.evaluate<number>(`[...document.querySelectorAll(".plot canvas")].filter((canvas) =>
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)).length`);
      expect(drawn).to.equal(4);
      visitor.expectNoFault();
    });

    it("is changed while it goes on; a total that is too low is refused at its field", async () => {
      const id = await product();
      for (const buyer of ["u1", "u2", "u3"]) expect((await buy(buyer, id)).status).to.equal(201);
      await using visitor = await visit();
      const { page } = visitor;
      visitor.expects(/\/admin\/products\/[^/]+$/, 409);
      await enter(page, `#/sales/${id}`);
      const save = page.getByRole("button", { name: "Save the change" });
      await save.click();
      await page.getByText("Nothing is changed yet.").waitFor();

      await page.getByLabel("Units", { exact: true }).fill("2");
      await save.click();
      await expectSaid(page.locator("#field-totalQuantity-error"), "The total must be at least 3");
      expect(await view(id)).to.include({ totalQuantity: 10 });
      await page.getByLabel("Units", { exact: true }).fill("20");
      await page.getByLabel("Name").fill("Console 2");
      await save.click();
      await page.getByText("The change is in force.").waitFor();
      await expectHeading(page, "Console 2");
      await expectFigure(page, "totalQuantity", 20);
      expect(await page.locator("#field-totalQuantity-error").isVisible()).to.be.false;
      expect(await view(id)).to.include({ totalQuantity: 20, available: 17, name: "Console 2", price: 49.99 });
      visitor.expectNoFault();
    });

    it("is ended after a question, which Escape answers with no", async () => {
      const id = await product();
      await using visitor = await visit();
      const { page } = visitor;
      await enter(page, `#/sales/${id}`);
      const end = page.getByRole("button", { name: "End now" });
      await end.click();
      await page.getByRole("dialog", { name: "End this sale now?" }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await until("the focus is back", async () => (await focused(page)) === "End now");
      expect((await view(id)).status).to.equal("active");
      await end.click();
      await page.getByRole("button", { name: "End the sale" }).click();
      await page.getByText("The sale is ended.").waitFor();
      await expectSaid(page.locator(".title .pill"), "Ended");
      expect(await end.isVisible()).to.be.false;
      expect((await buy("late", id)).body.code).to.equal("SALE_ENDED");
      visitor.expectNoFault();
    });

    it("that is not there is said to be so", async () => {
      await using visitor = await visit();
      visitor.expects(/\/admin\/products\//, 404, 400);
      await enter(visitor.page, "#/sales/0190a5a0-0000-7000-8000-000000000000");
      await visitor.page.getByText("There is no such product.").waitFor();
      await visitor.page.goto("/admin#/sales/nonsense");
      await visitor.page.getByText("productId must be a UUID.").waitFor();
      visitor.expectNoFault();
    });
  });

  it("shows drift, what a repair would do, and repairs it, not before", async () => {
    const id = await product();
    for (const buyer of ["u1", "u2"]) expect((await buy(buyer, id)).status).to.equal(201);
    await using visitor = await visit();
    const { page } = visitor;
    await enter(page, `#/sales/${id}`);
    const panel = page.getByRole("region", { name: "Reconcile" });
    await panel.getByRole("button", { name: "Look for drift" }).click();
    await expectSaid(panel, "No drift. By the ledger 2 of 10 units are sold");

    const redis = await wired.get(tokens.rateLimitRedis);
    const [, keys] = await redis!.scan(0, "MATCH", `*{${id}}:*:stock`, "COUNT", 1_000_000);
    expect(keys).to.have.lengthOf(1);
    await redis!.hincrby(keys[0]!, "available", -3);
    await expectFigure(page, "drift", 3);
    await panel.getByRole("button", { name: "Look for drift" }).click();
    await expectSaid(panel, "Drift found.");
    await expectSaid(panel.getByRole("row"), /Total of the inventory.*10.*7/);
    await expectSaid(panel, "A new inventory is loaded from the ledger");
    await expectAccessible(page);
    expect(await view(id)).to.include({ drift: 3 });

    await panel.getByRole("button", { name: "Repair" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Repair" }).click();
    await expectSaid(panel, "Repaired: 1 line of drift.");
    await expectSaid(panel, "No drift.");
    await expectFigure(page, "drift", 0);
    expect(await view(id)).to.include({ drift: 0, available: 8, sold: 2 });
    visitor.expectNoFault();
  });

  describe("orders", () => {
    it("are searched by product and buyer, page by page, and cancelled: the unit goes back on sale", async () => {
      const id = await product({ name: "Searched", totalQuantity: 30, perUserLimit: 2 });
      for (let n = 1; n <= 28; n += 1) expect((await buy(`user-${n}`, id)).status).to.equal(201);
      await using visitor = await visit();
      const { page } = visitor;
      visitor.expects(/\/admin\/orders$/, 400);
      await enter(page, "#/orders");
      await page.getByLabel("Product").selectOption({ value: id });
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByText("Page 1: 25 orders.").waitFor();
      await page.getByRole("button", { name: "Next page" }).click();
      await page.getByText("Page 2: 3 orders.").waitFor();
      await expectSaid(page.getByRole("row"), "user-28");
      await page.getByRole("button", { name: "Previous page" }).click();
      await page.getByText("Page 1: 25 orders.").waitFor();

      await page.getByLabel("Buyer").fill("two words");
      await page.keyboard.press("Enter");
      await expectSaid(page.locator("#field-userId-error"), "Must be 1 to 64 characters");
      await page.getByLabel("Buyer").fill("user-7");
      await page.keyboard.press("Enter");
      await page.getByText("1 order found.").waitFor();
      await page.reload();
      await page.getByText("1 order found.").waitFor();
      expect(await page.getByLabel("Product").inputValue()).to.equal(id);

      const cancel = page.getByRole("button", { name: "Cancel order 7 of user-7" });
      await cancel.click();
      await page.getByRole("button", { name: "Keep the order" }).click();
      await until("the focus is back", async () => (await focused(page)).startsWith("Cancel"));
      expect(await view(id)).to.include({ available: 2, sold: 28 });
      await cancel.click();
      await page.getByRole("button", { name: "Cancel the order" }).click();
      await page.getByText("Order 7 of user-7 is cancelled. Back on sale: 1 unit.").waitFor();
      await expectSaid(page.getByRole("row"), /user-7.*Cancelled/);
      expect(await view(id)).to.include({ available: 3, sold: 27 });
      expect((await ordersOf(id)).filter(({ status }) => status === "cancelled")).to.have.lengthOf(1);
      visitor.expectNoFault();
    });

    it("come as CSV, all of a search, cancelled ones and what looks like a formula among them", async () => {
      const id = await product({ name: "Exported", totalQuantity: 2_000, price: 1_234.5 });
      const buyers = ["@SUM", "-1", ...Array.from({ length: 1_100 }, (_, n) => `user-${n}`)];
      for (let from = 0; from < buyers.length; from += 50) {
        const answers = await Promise.all(buyers.slice(from, from + 50).map((buyer) => buy(buyer, id)));
        expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([201]));
      }
      const [first] = await ordersOf(id);
      await admin.post(`/orders/${String(first!["orderId"])}/cancel`, {});
      await using visitor = await visit();
      const { page } = visitor;
      await enter(page, `#/orders?productId=${id}`);
      await page.getByText("Page 1: 25 orders.").waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download CSV" }).click(),
      ]);
      expect(download.suggestedFilename()).to.equal(`orders-${id}.csv`);
      await page.getByText("Downloaded: 1,102 orders.").waitFor();
      const [head, ...lines] = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
      const columns = head!.split(",");
      const wanted = (await admin.all(`/orders?productId=${id}&limit=1000`)) as unknown as Record<string, unknown>[];
      expect(lines).to.have.lengthOf(buyers.length);
      expect(columns).to.have.members(Object.keys(wanted[0]!));
      expect(lines).to.deep.equal(
        wanted.map((order) => columns.map((column) => String(order[column]).replace(/^(?=[@-])/, "'")).join(",")),
      );
      expect(lines.filter((line) => line.includes(",'@SUM,") || line.includes(",'-1,"))).to.have.lengthOf(2);
      expect(lines.filter((line) => line.includes(",cancelled,"))).to.have.lengthOf(1);
      visitor.expectNoFault();
    });

    it("stop coming when somebody stops it: then there is no file", async () => {
      const id = await product();
      await buy("u1", id);
      await using visitor = await visit();
      const { page } = visitor;
      visitor.expects(/\/admin\/orders$/, "lost");
      await enter(page, `#/orders?productId=${id}`);
      await page.getByText("1 order found.").waitFor();
      let downloads = 0;
      page.on("download", () => (downloads += 1));
      await page.route("**/admin/orders?*limit=1000*", () => undefined);
      await page.getByRole("button", { name: "Download CSV" }).click();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("Stopped after 0 orders: nothing was downloaded.").waitFor();
      expect(downloads).to.equal(0);
      visitor.expectNoFault();
    });
  });

  describe("on a phone and on a desk", () => {
    for (const width of WIDTHS) {
      it(`has room, and keeps nobody out, in light and in dark, at ${width} pixels`, async function () {
        this.timeout(240_000);
        const id = await product({
          name: "Aurora 5 headphones",
          description: "Open, wired",
          totalQuantity: 2_000,
          perUserLimit: 2,
        });
        await product({
          name: "Next week's drop",
          saleStartAt: "2098-01-01T00:00:00Z",
          saleEndAt: "2098-01-02T00:00:00Z",
        });
        await using visitor = await visit({ viewport: VIEWPORTS[width], reducedMotion: "reduce" });
        const { page } = visitor;
        const look = async (): Promise<void> => {
          for (const colorScheme of ["dark", "light"] as const) {
            await page.emulateMedia({ colorScheme });
            await expectRoomy(page);
            await expectAccessible(page);
          }
        };
        await page.goto("/admin");
        await expectHeading(page, "Sign in");
        await look();
        await enter(page);
        await page.getByRole("link", { name: "Aurora 5 headphones" }).first().waitFor();
        await look();
        await page.goto("/admin#/sales/new");
        await expectHeading(page, "Put a sale on");
        await look();
        await page.goto(`/admin#/sales/${id}`);
        await expectHeading(page, "Aurora 5 headphones");
        await sellFor(id, process.env["SCREENSHOTS"] === "1" ? 120 : 3);
        await page.getByRole("region", { name: "Reconcile" }).getByRole("button", { name: "Look for drift" }).click();
        await expectSaid(page.getByRole("region", { name: "Reconcile" }), "No drift.");
        await look();
        await takePicture(page, `admin-${width}`, PICTURE_HEIGHTS[width]);
        await page.goto(`/admin#/orders?productId=${id}`);
        await page.getByText(/Page 1: 25 orders\.|orders found\./).waitFor();
        await look();
        visitor.expectNoFault();
      });
    }

    /** A crowd that comes in waves, some of it twice. */
    const sellFor = async (id: string, seconds: number): Promise<void> => {
      let buyers = 0;
      for (let tick = 0; tick < seconds * 5; tick += 1) {
        const wave = 2 + Math.round(2 * Math.sin(tick / 40) + (tick % 3));
        const some = Array.from({ length: wave }, () => buy(`buyer-${(buyers += 1)}`, id));
        const again = tick % 4 === 0 ? [buy("buyer-1", id, 2)] : [];
        await Promise.all([...some, ...again]);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
  });
});
