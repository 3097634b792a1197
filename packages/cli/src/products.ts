import type { ProductChange, SaleStatus } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";
import type { Session } from "./run.js";

const PAGE = 100;

type ProductView = ReturnType<typeof productView>;

/** Says that a product is not there: exit code 1. */
export function noProduct(productId: string): CommandFailed {
  return new CommandFailed(EXIT.FOUND_WRONG, `There is no product ${productId}.`, { code: "PRODUCT_NOT_FOUND" });
}

/** The document is a page of the admin API. */
export async function listProducts(
  { wired, output, interrupted }: Session,
  limit: number,
  cursor: string | null,
): Promise<ExitCode> {
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
    `${shortened(name)}\n${id}`,
    status,
    ...[available, held, sold].map(String),
  ]);
  output.table(["product", "status", "available", "held", "sold"], rows);
}

/** As wide as the id below it. */
function shortened(name: string): string {
  const characters = Array.from(name.replace(/\s+/g, " "));
  return characters.length > 36 ? `${characters.slice(0, 35).join("")}…` : characters.join("");
}

export async function showProduct({ wired, output }: Session, productId: string): Promise<ExitCode> {
  const status = await (await wired.get(tokens.sale)).saleStatus(productId);
  if (!status) throw noProduct(productId);
  tell(output, productView(status));
  return EXIT.DONE;
}

export async function updateProduct(
  { wired, output }: Session,
  productId: string,
  change: ProductChange,
): Promise<ExitCode> {
  const outcome = await (await wired.get(tokens.sale)).changeProduct(productId, change);
  switch (outcome.kind) {
    case "changed":
      tell(output, productView(outcome.status));
      return EXIT.DONE;
    case "unknown-product":
      throw noProduct(productId);
    case "total-too-low": {
      const { smallest } = outcome;
      const sentence = `${smallest} units are sold or held: the total cannot be less than ${smallest}. Nothing has changed.`;
      throw new CommandFailed(EXIT.FOUND_WRONG, sentence, { code: "TOTAL_TOO_LOW", smallest });
    }
  }
}

function tell(output: Output, product: ProductView): void {
  const { name, id, description, status, price, currency, perUserLimit, saleStartAt, saleEndAt } = product;
  const { totalQuantity, available, held, sold, drift } = product;
  output.say(output.bold(name));
  const facts = [
    ["id", id],
    ...(description === null ? [] : [["description", description]]),
    ["status", status],
    ["price", `${price} ${currency}, ${perUserLimit} a buyer`],
    ["sale", `${saleStartAt} to ${saleEndAt}`],
    ["units", `${totalQuantity}: ${available} available, ${held} held, ${sold} sold`],
    ["drift", drift === 0 ? "none" : `${drift}: see "flash-sale reconcile ${id}"`],
  ];
  for (const [what = "", fact = ""] of facts) output.say(`  ${what.padEnd(12)} ${fact}`);
  output.document(product);
}
