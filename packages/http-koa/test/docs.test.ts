import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { operations } from "#src/openapi.js";
import { startApi, type Api } from "./api.js";
import { startChromium } from "./chromium.js";

const SCREENSHOT = join(dirname(fileURLToPath(import.meta.url)), "../../../docs/images/api-docs.png");

describe("the docs page", () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(api.url + path, { headers });

  it("and its files come from this server, each with its type, and are not sent twice", async () => {
    for (const [path, type] of [
      ["/api/docs", "text/html; charset=utf-8"],
      ["/api/docs/openapi.json", "application/json; charset=utf-8"],
      ["/api/docs/start.js", "text/javascript; charset=utf-8"],
      ["/api/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
      ["/api/docs/swagger-ui.css", "text/css; charset=utf-8"],
      ["/api/docs/favicon-32x32.png", "image/png"],
    ] as const) {
      const answer = await get(path);
      const { headers } = answer;
      expect([answer.status, headers.get("content-type")], path).to.deep.equal([200, type]);
      expect((await answer.arrayBuffer()).byteLength, path).to.be.greaterThan(50);
      expect(headers.get("cache-control")).to.equal("no-cache");
      // Without its own word on caches, fetch would ask for a fresh one.
      const again = await get(path, { "if-none-match": headers.get("etag") ?? "", "cache-control": "max-age=0" });
      expect([again.status, await again.text()], path).to.deep.equal([304, ""]);
    }
  });

  it("has no other file: no path leads out of it", async () => {
    for (const path of [
      "/api/docs/package.json",
      "/api/docs/..%2f..%2fpackage.json",
      "/api/docs/%2e%2e/swagger-ui-dist/package.json",
      "/api/docs/swagger-ui.css%00",
      "/api/docs/constructor",
      "/api/docs/__proto__",
    ]) {
      const answer = await api.call(path);
      expect([answer.status, answer.body.code], path).to.deep.equal([404, "NOT_FOUND"]);
    }
  });

  it("has a policy without inline scripts, of itself alone", async () => {
    const policy = (await get("/api/docs")).headers.get("content-security-policy") ?? "";
    expect(policy)
      .to.contain("default-src 'none'")
      .and.to.contain("script-src 'self';")
      .and.not.to.match(/unsafe|https?:/);
  });

  describe("in a browser whose network is cut", () => {
    let browser: Browser | undefined;
    let page: Page;
    /** What went wrong on the page, and what it asked of other hosts. */
    const faults: string[] = [];
    const strangers: string[] = [];

    before(async function () {
      // A machine without Chromium loads some 100 MB.
      this.timeout(600_000);
      browser = await startChromium();
    });
    after(() => browser?.close());

    beforeEach(async () => {
      page = await browser!.newPage({ viewport: { width: 1280, height: 1600 } });
      faults.length = strangers.length = 0;
      await page.route("**", async (route) => {
        if (new URL(route.request().url()).origin === api.url) return route.continue();
        strangers.push(route.request().url());
        return route.abort();
      });
      page.on("pageerror", (fault) => faults.push(String(fault)));
      page.on("console", (line) => {
        if (line.type() === "error") faults.push(line.text());
      });
      await page.goto(`${api.url}/api/docs`);
    });
    afterEach(() => page.close());

    it("shows every operation, asks no other host, and breaks no policy", async () => {
      await page.waitForSelector(".opblock");
      expect(await page.locator(".opblock").count()).to.equal(operations.length);
      expect(await page.locator(".info .title").first().innerText()).to.contain("Flash sale API");
      if (process.env["SCREENSHOTS"] === "1") {
        mkdirSync(dirname(SCREENSHOT), { recursive: true });
        await page.screenshot({ path: SCREENSHOT, fullPage: true });
      }
      expect({ faults, strangers }).to.deep.equal({ faults: [], strangers: [] });
    });

    it("tries GET /api/v1/sale/first out, and shows its answer", async () => {
      const productId = await api.product();
      const first = page.locator("#operations-sale-getNewestSale");
      await first.locator(".opblock-summary-control").click();
      await first.getByRole("button", { name: "Try it out" }).click();
      await first.getByRole("button", { name: "Execute" }).click();
      const live = first.locator(".live-responses-table .response");
      await live.waitFor();
      expect(await live.locator(".response-col_status").innerText()).to.contain("200");
      expect(await live.innerText()).to.contain(productId);
      expect({ faults, strangers }).to.deep.equal({ faults: [], strangers: [] });
    });
  });
});
