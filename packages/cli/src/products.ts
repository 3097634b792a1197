import type { SaleStatus } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import type { Output } from "./output.js";
import { requireSale } from "./required-stores.js";
import { run, type Session } from "./run.js";
import { paintState } from "./sale-lines.js";
import { countOf } from "./terminal/count.js";
import { inOneLine } from "./terminal/width.js";

interface ListArguments extends Globals {
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

interface ShowArguments extends Globals {
  readonly productId: string;
}

const PAGE = 100;

export type ProductView = ReturnType<typeof productView>;

/** Says that a product is not there: exit code 1. */
export function noProduct(productId: string): CommandFailed {
  return new CommandFailed(EXIT.FOUND_WRONG, `There is no product ${productId}.`, { code: "PRODUCT_NOT_FOUND" });
}

export const listProducts = ({ json, limit, cursor }: ListArguments): Promise<void> =>
  run(json, async (session) => {
    await requireSale(session);
    return list(session, limit ?? Infinity, cursor ?? null);
  });

/** The document is a page of the admin API. */
async function list({ wired, output, interrupted }: Session, limit: number, cursor: string | null): Promise<ExitCode> {
  const sale = await wired.get(tokens.sale);
  const found: SaleStatus[] = [];
  const wanted = limit + 1; // One more says whether another page follows.
  const progress = output.progress("products", null);
  for (let after = cursor; found.length < wanted;) {
    interrupted.throwIfAborted();
    const size = Math.min(PAGE, wanted - found.length);
    const page = await sale.products(after, size);
    found.push(...page);
    progress.add(page.length);
    if (page.length < size) break;
    after = page.at(-1)?.product.id ?? null;
  }
  progress.stop();
  const items = found.slice(0, limit).map(productView);
  const nextCursor = found.length > limit ? (items.at(-1)?.id ?? null) : null;
  // A list of thousands is not wanted twice.
  if (!output.json) tellList(output, items);
  if (nextCursor !== null) output.say(`There are more: --cursor ${nextCursor}`);
  output.document({ items, nextCursor });
  return EXIT.DONE;
}

function tellList(output: Output, items: readonly ProductView[]): void {
  if (items.length === 0) {
    output.say('There is no product. Create one: "flash-sale seed".');
    return;
  }
  const rows = items.map(({ id, name, status, available, held, sold }) => [
    `${inOneLine(name)}\n${id}`,
    paintState(output.colours, status),
    ...[available, held, sold].map(countOf),
  ]);
  output.table(["product", "status", "available", "held", "sold"], rows);
}

export const showProduct = ({ json, productId }: ShowArguments): Promise<void> =>
  run(json, async (session) => {
    await requireSale(session);
    const status = await (await session.wired.get(tokens.sale)).saleStatus(productId);
    if (!status) throw noProduct(productId);
    tellProduct(session.output, productView(status));
    return EXIT.DONE;
  });

export function tellProduct(output: Output, product: ProductView): void {
  const { name, id, description, status, price, currency, perUserLimit, saleStartAt, saleEndAt } = product;
  const { totalQuantity, available, held, sold, drift } = product;
  const { colours } = output;
  output.say(colours.bold(inOneLine(name)));
  const facts = [
    ["id", id],
    ...(description === null ? [] : [["description", inOneLine(description)]]),
    ["status", paintState(colours, status)],
    ["price", `${price} ${currency}, ${perUserLimit} a buyer`],
    ["sale", `${saleStartAt} to ${saleEndAt}`],
    [
      "units",
      `${countOf(totalQuantity)}: ${countOf(available)} available, ${countOf(held)} held, ${countOf(sold)} sold`,
    ],
    ["drift", drift === 0 ? "none" : colours.red(`${drift}: see "flash-sale reconcile ${id}"`)],
  ];
  for (const [what = "", fact = ""] of facts) output.say(`  ${what.padEnd(12)} ${fact}`);
  output.document(product);
}
