import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import type { Locator, Page } from "playwright-core";
import { ADMIN_KEY } from "./api.js";

const IMAGES = join(dirname(fileURLToPath(import.meta.url)), "../../../docs/images");

/** What an admin does in the console, and what it shows, by the words that people read. */

/** Comes to a page of the console, and signs in. */
export async function enter(page: Page, hash = ""): Promise<void> {
  await page.goto(`/admin${hash}`);
  await signIn(page, ADMIN_KEY);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("Admin key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function expectHeading(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** Waits until an element says it. */
export async function expectSaid(element: Locator, words: string | RegExp): Promise<void> {
  await element.filter({ hasText: words }).first().waitFor();
}

/** Waits until a sale's figure stands at it. */
export async function expectFigure(
  scope: Page | Locator,
  figure: "available" | "held" | "sold" | "totalQuantity" | "drift",
  value: number,
): Promise<void> {
  await expectSaid(scope.locator(`.figure-${figure} dd`), new RegExp(`^${value.toLocaleString("en-US")}$`));
}

/** A line of a chart's table: what it stands at, and the most it was. */
export async function chartLine(page: Page, chart: string, line: string): Promise<readonly string[]> {
  const rows = page
    .locator(".chart")
    .filter({ has: page.getByRole("heading", { name: chart }) })
    .locator("tbody tr");
  return rows.filter({ hasText: line }).locator("td").allInnerTexts();
}

/** Looks again and again, as people do, until it is so. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 100; looks += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect.fail(`never so: ${what}`);
}

export async function focused(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement?.innerText ?? ''");
}

/** Takes the picture that the docs show, of the page's upper part; only where SCREENSHOTS=1. */
export async function takePicture(page: Page, name: string, height: number): Promise<void> {
  if (process.env["SCREENSHOTS"] !== "1") return;
  mkdirSync(IMAGES, { recursive: true });
  const width = page.viewportSize()?.width ?? 0;
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: join(IMAGES, `${name}.png`), fullPage: true, clip, animations: "disabled" });
}
