import { LIMITS } from "@flash-sale/core";
import { productView, tokens } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { decimal, duration, wholeNumber } from "../arguments.js";
import { EXIT, type ExitCode } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { requireSchema, run, type Session } from "../run.js";

interface Wish {
  readonly products: number;
  readonly quantity: number;
  readonly price: number;
  readonly startsIn: number;
  readonly duration: number;
  readonly perUserLimit: number;
}

const MAX_PRODUCTS = 10_000;

export const seed = (cli: Argv<Globals>) =>
  cli.command("seed", "Create products and load their stock", options, ({ json, ...wish }) =>
    run(json, (session) => create(session, wish)),
  );

/** A text that `read` understands, or wrong usage. */
const option = <T>(describe: string, byDefault: string, read: (value: string) => T) =>
  ({ type: "string", requiresArg: true, default: byDefault, describe, coerce: read }) as const;

const options = (command: Argv<Globals>) =>
  command
    .option("products", option("How many", "1", wholeNumber("--products", 1, MAX_PRODUCTS)))
    .option("quantity", option("Units of each", "200", wholeNumber("--quantity", 1, LIMITS.totalQuantity)))
    .option("price", option("Of one unit, in USD", "49.99", decimal("--price")))
    .option("starts-in", option("Time until the sale opens", "0s", duration("--starts-in")))
    .option("duration", option("Time the sale is open", "2h", duration("--duration")))
    .option(
      "per-user-limit",
      option("Units a buyer may own", "1", wholeNumber("--per-user-limit", 1, LIMITS.perUserLimit)),
    )
    .example("$0 seed", "one product, 200 units, on sale at once for two hours")
    .example("$0 seed --products 3 --quantity 1000 --starts-in 10m", "three sales that open in ten minutes");

async function create(session: Session, wish: Wish): Promise<ExitCode> {
  await requireSchema(session);
  const { wired, output } = session;
  const sale = await wired.get(tokens.sale);
  const clock = await wired.get(tokens.clock);
  const { products, quantity: totalQuantity, price, perUserLimit } = wish;
  const saleStartAtMs = clock.now() + wish.startsIn;
  const terms = { price, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs: saleStartAtMs + wish.duration };

  const created: ReturnType<typeof productView>[] = [];
  const progress = output.progress("products", products);
  try {
    for (let count = 1; count <= products; count += 1) {
      const { id } = await sale.createProduct({ name: `Seeded product ${count}`, ...terms });
      const status = await sale.saleStatus(id);
      if (status) created.push(productView(status));
      progress.add(1);
    }
  } finally {
    progress.stop();
  }

  for (const { id, name, currency, saleStartAt } of created) {
    output.say(`${id}  ${name}: ${totalQuantity} units at ${price} ${currency}, on sale from ${saleStartAt}`);
  }
  output.document({ products: created });
  return EXIT.DONE;
}
