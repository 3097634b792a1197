import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { expect } from "chai";
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core";

/** A visitor of the pages, in a browser profile of their own: whatever goes wrong in any of their tabs is noted. */
export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  /** The first tab. */
  readonly page: Page;
  /** Chromium writes an error into the console for every answer that is no success: of these, and of no others, it may. */
  expects(path: RegExp, ...answers: readonly Expected[]): void;
  /** Fails where the console has an error, a script threw, or another host was asked for anything. */
  expectNoFault(): void;
}

/** An HTTP status, or a request to which no answer came. */
export type Expected = number | "lost";

/** A phone and a desk. */
export const WIDTHS = [360, 1440] as const;
export const VIEWPORTS = { 360: { width: 360, height: 740 }, 1440: { width: 1440, height: 900 } } as const;

const IMAGES = join(dirname(fileURLToPath(import.meta.url)), "../../../docs/images");
const FAILED = /^Failed to load resource: (?:the server responded with a status of (\d+)|net::ERR_\w+)/;

/** `origin`: the one address that the pages may ask. */
export async function startVisit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ baseURL: origin, viewport: VIEWPORTS[1440], ...options });
  const faults: string[] = [];
  const strangers: string[] = [];
  const expected: { readonly path: RegExp; readonly answers: readonly Expected[] }[] = [];

  const isExpected = (line: ConsoleMessage): boolean => {
    const failed = FAILED.exec(line.text());
    if (!failed) return false;
    const answer = failed[1] === undefined ? "lost" : Number(failed[1]);
    const { pathname } = new URL(line.location().url);
    return expected.some(({ path, answers }) => path.test(pathname) && answers.includes(answer));
  };
  context.on("console", (line) => {
    if (line.type() === "error" && !isExpected(line)) faults.push(`${line.text()} (${line.location().url})`);
  });
  context.on("weberror", (fault) => faults.push(String(fault.error())));
  context.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (protocol !== "data:" && asked !== origin) strangers.push(request.url());
  });
  return {
    context,
    page: await context.newPage(),
    expects: (path, ...answers) => void expected.push({ path, answers }),
    expectNoFault: () => expect({ faults, strangers }).to.deep.equal({ faults: [], strangers: [] }),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** Fails for what keeps people out: contrast, names, order, roles, as axe finds it on what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  // By the debugger, past the page's policy, which lets no such script in.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  const found = violations.map(({ id, impact, help, nodes }) => {
    const where = nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary ?? ""})`);
    return `${id}, ${impact ?? "no impact"}: ${help}: ${where.join("; ")}`;
  });
  expect(found).to.deep.equal([]);
}

/** Fails where the page is wider than the window, or where a thumb has too little to press. */
export async function expectRoomy(page: Page): Promise<void> {
  const tooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate<number>(tooWide), "wider than the window by").to.equal(0);
  const small = await page.evaluate<string[]>(`
    [...document.querySelectorAll("button, input, select, textarea, [role=button]")]
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
      .map(({ control, box }) => \`\${control.id || control.textContent} is \${box.width} x \${box.height}\`)`);
  expect(small).to.deep.equal([]);
}

/** With SCREENSHOTS=1 takes the pictures that the docs show; with SCREENSHOTS=FOLDER all of them, for somebody to look at. */
export async function takePicture(
  page: Page,
  name: string,
  { inDocs = true }: { readonly inDocs?: boolean } = {},
): Promise<void> {
  const { SCREENSHOTS } = process.env;
  if (SCREENSHOTS === undefined || (SCREENSHOTS === "1" && !inDocs)) return;
  const folder = SCREENSHOTS === "1" ? IMAGES : SCREENSHOTS;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: "disabled" });
}
