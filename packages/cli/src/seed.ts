import { InvalidRequest, type NewProduct } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { many } from "./many.js";
import { readProductFile } from "./product-file/read.js";
import { rehearse } from "./rehearsal.js";
import { requireSchema } from "./required-stores.js";
import { run, type Session } from "./run.js";
import { inOneLine } from "./terminal/width.js";

interface Wish {
  readonly products: number | undefined;
  readonly quantity: number | undefined;
  readonly price: number | undefined;
  readonly startsIn: number | undefined;
  readonly duration: number | undefined;
  readonly perUserLimit: number | undefined;
}

interface SeedArguments extends Globals, Wish {
  readonly file: string | undefined;
  readonly dryRun: boolean;
}

const MAX_LISTED = 20;

export const seed = ({ json, file, dryRun, ...wish }: SeedArguments): Promise<void> =>
  run(json, (session) => (file === undefined ? fromWish(session, wish, dryRun) : fromFile(session, file, dryRun)));

async function fromWish(session: Session, wish: Wish, dryRun: boolean): Promise<ExitCode> {
  const clock = await session.wired.get(tokens.clock);
  const { products = 1, quantity: totalQuantity = 200, price = 49.99, perUserLimit = 1, startsIn = 0 } = wish;
  const saleStartAtMs = clock.now() + startsIn;
  const saleEndAtMs = saleStartAtMs + (wish.duration ?? 7_200_000);
  const terms = { price, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs };
  const list = Array.from({ length: products }, (_, index) => ({ name: `Seeded product ${index + 1}`, ...terms }));
  if (!dryRun) return session.whole(() => create(session, list));
  await rehearse((sale) => sale.createProducts(list));
  const { output } = session;
  const start = new Date(saleStartAtMs).toISOString();
  output.say(
    `Would create ${many(products, "product")}: ${totalQuantity} units each at ${price} USD, on sale from ${start}.`,
  );
  return sound(session, products);
}

/** What `--dry-run` says in the end. */
function sound({ output }: Session, checked: number): ExitCode {
  output.say("Nothing was created.");
  output.document({ checked, products: [] });
  return EXIT.DONE;
}

async function fromFile(session: Session, path: string, dryRun: boolean): Promise<ExitCode> {
  const { products, where } = await readProductFile(path);
  if (dryRun) {
    session.output.say(`${path}: ${many(products.length, "product")}, sound.`);
    return sound(session, products.length);
  }
  try {
    return await session.whole(() => create(session, products));
  } catch (fault) {
    // What was sound a moment ago, and is not any more: a sale whose end has come, where its start is now.
    if (!(fault instanceof InvalidRequest)) throw fault;
    const at = where(Number(fault.details.index));
    throw new CommandFailed(EXIT.WRONG_USAGE, `${path}: ${at}: ${fault.message}. Nothing was created.`);
  }
}

async function create(session: Session, products: readonly NewProduct[]): Promise<ExitCode> {
  await requireSchema(session);
  const { wired, output } = session;
  const sale = await wired.get(tokens.sale);
  const created: ReturnType<typeof productView>[] = [];
  const progress = output.progress("products", products.length);
  try {
    for (const { id } of await sale.createProducts(products)) {
      // Asked, not assumed: its stock is live.
      const status = await sale.saleStatus(id);
      if (status) created.push(productView(status));
      progress.add(1);
    }
  } finally {
    progress.stop();
  }
  for (const { id, name, totalQuantity, price, currency, saleStartAt } of created.slice(0, MAX_LISTED)) {
    output.say(
      `${id}  ${inOneLine(name)}: ${totalQuantity} units at ${price} ${currency}, on sale from ${saleStartAt}`,
    );
  }
  if (created.length > MAX_LISTED) output.say(`… and ${created.length - MAX_LISTED} more`);
  output.document({ products: created });
  return EXIT.DONE;
}
