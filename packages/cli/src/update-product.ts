import { toDecimal, type Product, type ProductChange } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import { canAsk, confirmed } from "./confirm.js";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { differencesOf, lossesOf } from "./product-change.js";
import { noProduct, tellProduct } from "./products.js";
import { rehearse } from "./rehearsal.js";
import { requireSale } from "./required-stores.js";
import { run, type Session } from "./run.js";
import { cut, inOneLine } from "./terminal/width.js";

interface UpdateArguments extends Globals {
  readonly productId: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly name: string | undefined;
  readonly description: string | null | undefined;
  readonly price: number | undefined;
  readonly total: number | undefined;
  readonly perUserLimit: number | undefined;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
}

export const updateProduct = (argv: UpdateArguments): Promise<void> =>
  run(argv.json, async (session) => {
    const { productId, dryRun, yes } = argv;
    await requireSale(session);
    const change = changeOf(argv);
    if (dryRun) return foretell(session, productId, change);
    if (yes || (await wanted(session, productId, change)))
      return session.whole(() => carryOut(session, productId, change));
    session.output.say("Nothing has changed.");
    session.output.document({ id: productId, changed: false });
    return EXIT.DONE;
  });

function changeOf(asked: UpdateArguments): ProductChange {
  const { name, description, price, total: totalQuantity, perUserLimit } = asked;
  const { startsAt: saleStartAtMs, endsAt: saleEndAtMs } = asked;
  return { name, description, price, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs };
}

/** Asks before something is taken from those who come to buy. Scripts are not asked: they never were. */
async function wanted(session: Session, productId: string, change: ProductChange): Promise<boolean> {
  if (!canAsk(session)) return true;
  const product = await find(session, productId);
  const losses = lossesOf(product, change);
  const name = cut(inOneLine(product.name), 36);
  return losses.length === 0 || confirmed(session, `${name}: this ${losses.join(" and ")}. Do it?`);
}

async function find({ wired }: Session, productId: string): Promise<Product> {
  const product = await (await wired.get(tokens.products)).find(productId);
  if (product === null) throw noProduct(productId);
  return product;
}

async function carryOut({ wired, output }: Session, productId: string, change: ProductChange): Promise<ExitCode> {
  const outcome = await (await wired.get(tokens.sale)).changeProduct(productId, change);
  switch (outcome.kind) {
    case "changed":
      tellProduct(output, productView(outcome.status));
      return EXIT.DONE;
    case "unknown-product":
      throw noProduct(productId);
    case "total-too-low":
      throw tooLow(outcome.smallest);
  }
}

function tooLow(smallest: number): CommandFailed {
  const sentence = `${smallest} units are sold or held: the total cannot be less than ${smallest}. Nothing has changed.`;
  return new CommandFailed(EXIT.FOUND_WRONG, sentence, { code: "TOTAL_TOO_LOW", smallest });
}

/** What a change would do, by the rules that would carry it out. Looks only: not even a lost inventory is restored. */
async function foretell(session: Session, productId: string, change: ProductChange): Promise<ExitCode> {
  const { wired, output } = session;
  const product = await find(session, productId);
  await rehearse(async (sale) => {
    const { id } = await sale.createProduct({ ...product, price: toDecimal(product.priceMinor, product.currency) });
    await sale.changeProduct(id, change);
  });
  const report = await (await wired.get(tokens.sale)).reconcile(productId);
  const smallest = (report?.committed ?? 0) + (report?.held ?? 0);
  if (change.totalQuantity !== undefined && change.totalQuantity < smallest) throw tooLow(smallest);
  const changes = differencesOf(product, change);
  output.say(output.colours.bold(inOneLine(product.name)));
  if (changes.length > 0)
    output.table(
      ["  what would change", "from", "to"],
      changes.map(({ field, from, to }) => [`  ${field}`, shown(from), shown(to)]),
    );
  else output.say("  It is all of that already.");
  output.say("Nothing has changed.");
  output.document({ id: productId, changes });
  return EXIT.DONE;
}

function shown(value: string | number | null): string {
  return value === null ? "none" : inOneLine(String(value));
}
