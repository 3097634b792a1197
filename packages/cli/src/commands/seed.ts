import { InvalidRequest, LIMITS, type NewProduct } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { decimal, duration, option, text, wholeNumber } from "../arguments.js";
import { CommandFailed, EXIT, type ExitCode } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { MAX_PRODUCTS } from "../product-file/entry.js";
import { readProductFile } from "../product-file/read.js";
import { requireSchema } from "../required-stores.js";
import { run, type Session } from "../run.js";

export const seed = (cli: Argv<Globals>) =>
  cli.command("seed", "Create products and load their stock, all or none", options, ({ json, file, dryRun, ...wish }) =>
    run(json, (session) => (file === undefined ? fromWish(session, wish) : fromFile(session, file, dryRun))),
  );

interface Wish {
  readonly products: number | undefined;
  readonly quantity: number | undefined;
  readonly price: number | undefined;
  readonly startsIn: number | undefined;
  readonly duration: number | undefined;
  readonly perUserLimit: number | undefined;
}

/** What a file says by itself, product by product. */
const NOT_WITH_FILE = ["products", "quantity", "price", "starts-in", "duration", "per-user-limit"] as const;
const MAX_LISTED = 20;

const options = (command: Argv<Globals>) =>
  command
    .option("products", option("How many", "--products", wholeNumber(1, MAX_PRODUCTS), "1"))
    .option("quantity", option("Units of each", "--quantity", wholeNumber(1, LIMITS.totalQuantity), "200"))
    .option("price", option("Of one unit, in USD", "--price", decimal, "49.99"))
    .option("starts-in", option("Time until the sale opens", "--starts-in", duration, "0s"))
    .option("duration", option("Time the sale is open", "--duration", duration, "2h"))
    .option(
      "per-user-limit",
      option("Units a buyer may own", "--per-user-limit", wholeNumber(1, LIMITS.perUserLimit), "1"),
    )
    .option("file", option("Create the products of F.json or F.csv instead", "--file", text))
    .option("dry-run", { type: "boolean", default: false, describe: "Only check the file" })
    .check((argv) => {
      const contradicting = NOT_WITH_FILE.find((name) => argv[name] !== undefined);
      if (argv.file !== undefined && contradicting !== undefined)
        throw new Error(`--${contradicting} says what --file says: give one of them.`);
      if (argv.dryRun && argv.file === undefined) throw new Error("--dry-run checks a file: give --file.");
      return true;
    })
    .example("$0 seed", "one product, 200 units, on sale at once for two hours")
    .example("$0 seed --products 3 --quantity 1000 --starts-in 10m", "three sales that open in ten minutes")
    .example("$0 seed --file products.csv --dry-run", "check a file, change nothing")
    .example("$0 seed --file products.json", "all of its products, or none")
    .epilogue(
      "A .csv file begins with a line of column names: name, price and totalQuantity, and if wanted description, currency, " +
        "perUserLimit, saleStartAt, saleEndAt. A .json file is an array of objects with these fields. Times need an offset: " +
        "2030-01-31T18:00:00Z. Every line is checked first; a bad one is named, nothing is created, and the exit code is 2.",
    );

async function fromWish(session: Session, wish: Wish): Promise<ExitCode> {
  const clock = await session.wired.get(tokens.clock);
  const { products = 1, quantity: totalQuantity = 200, price = 49.99, perUserLimit = 1, startsIn = 0 } = wish;
  const saleStartAtMs = clock.now() + startsIn;
  const saleEndAtMs = saleStartAtMs + (wish.duration ?? 7_200_000);
  const terms = { price, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs };
  const list = Array.from({ length: products }, (_, index) => ({ name: `Seeded product ${index + 1}`, ...terms }));
  return session.whole(() => create(session, list));
}

async function fromFile(session: Session, path: string, dryRun: boolean): Promise<ExitCode> {
  const { products, where } = await readProductFile(path);
  if (dryRun) {
    session.output.say(`${path}: ${products.length} products, all of them sound. Nothing was created.`);
    session.output.document({ checked: products.length, products: [] });
    return EXIT.DONE;
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
    output.say(`${id}  ${name}: ${totalQuantity} units at ${price} ${currency}, on sale from ${saleStartAt}`);
  }
  if (created.length > MAX_LISTED) output.say(`… and ${created.length - MAX_LISTED} more`);
  output.document({ products: created });
  return EXIT.DONE;
}
