import { LIMITS, type ProductChange } from "@flash-sale/core";
import type { Argv } from "yargs";
import { decimal, instant, option, productId, text, wholeNumber } from "../arguments.js";
import type { Globals } from "../globals.js";
import { listProducts, showProduct, updateProduct } from "../products.js";
import { requireOwnInventory, requireSchema } from "../required-stores.js";
import { run, type Work } from "../run.js";

export const products = (cli: Argv<Globals>) =>
  cli.command("products", "List, show and change products", (command) =>
    update(show(list(command)))
      .demandCommand(1, 'Say what to do with the products: "flash-sale products list", "show" or "update".')
      .example("$0 products list", "all products, with their live stock")
      .example("$0 products update 0190a5a0-0000-7000-8000-000000000000 --total 500", "the sale goes on meanwhile"),
  );

const onStores = (json: boolean, work: Work): Promise<void> =>
  run(json, async (session) => {
    requireOwnInventory(session);
    await requireSchema(session);
    return work(session);
  });

const list = (cli: Argv<Globals>) =>
  cli.command(
    "list",
    "List products, the oldest first, with live stock, held and sold units",
    (command) =>
      command
        .option("limit", option("At most so many", "--limit", wholeNumber(1, 1_000_000), "all"))
        .option(
          "cursor",
          option("Go on behind this product: the nextCursor of the page before", "--cursor", () => id),
        )
        .example("$0 products list", "all of them")
        .example("$0 products list --limit 100 --json", "a page of the admin API: items and nextCursor"),
    ({ json, limit, cursor }) => onStores(json, (session) => listProducts(session, limit ?? Infinity, cursor ?? null)),
  );

const show = (cli: Argv<Globals>) =>
  cli.command(
    "show <productId>",
    "Show a product, with live stock, held and sold units, and drift",
    (command) =>
      command
        .positional("productId", { type: "string", demandOption: true, describe: "Product, by id", coerce: id })
        .example("$0 products show 0190a5a0-0000-7000-8000-000000000000", "as a text")
        .example("$0 products show 0190a5a0-0000-7000-8000-000000000000 --json", "as the admin API shows it"),
    ({ json, productId }) => onStores(json, (session) => showProduct(session, productId)),
  );

const update = (cli: Argv<Globals>) =>
  cli.command(
    "update <productId>",
    "Change a product while its sale goes on; what is left out stays",
    changes,
    (argv) =>
      onStores(argv.json, (session) => session.whole(() => updateProduct(session, argv.productId, changeOf(argv)))),
  );

const changes = (command: Argv<Globals>) =>
  command
    .positional("productId", { type: "string", demandOption: true, describe: "Product, by id", coerce: id })
    .option("name", option("What buyers see", "--name", text))
    .option("description", {
      type: "string",
      describe: "What buyers see; --no-description takes it away",
      coerce: (value?: string | false | (string | false)[]) => {
        if (Array.isArray(value)) throw new Error("--description is given twice.");
        return value === false ? null : value;
      },
    })
    .option("price", option("Of one unit, in the product's currency", "--price", decimal))
    .option("total", option("Units of the sale: not below what is sold or held", "--total", units))
    .option("per-user-limit", option("Units a buyer may own", "--per-user-limit", wholeNumber(1, LIMITS.perUserLimit)))
    .option("starts-at", option("The sale opens at this time, with its offset", "--starts-at", instant))
    .option("ends-at", option("The sale closes at this time, with its offset", "--ends-at", instant))
    .check((argv) => {
      if (CHANGEABLE.every((name) => argv[name] === undefined))
        throw new Error(`Say what to change: ${CHANGEABLE.map((name) => `--${name}`).join(", ")}.`);
      return true;
    })
    .example("$0 products update 0190a5a0-0000-7000-8000-000000000000 --total 500", "more to sell, or less")
    .example("$0 products update 0190a5a0-0000-7000-8000-000000000000 --ends-at 2030-01-31T18:00:00Z", "sell longer")
    .epilogue("A total below what is sold or held changes nothing: the exit code is 1, and the smallest one is told.");

const CHANGEABLE = ["name", "description", "price", "total", "per-user-limit", "starts-at", "ends-at"] as const;
const units = wholeNumber(1, LIMITS.totalQuantity);

interface Asked {
  readonly name: string | undefined;
  readonly description: string | null | undefined;
  readonly price: number | undefined;
  readonly total: number | undefined;
  readonly perUserLimit: number | undefined;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
}

function changeOf(asked: Asked): ProductChange {
  const { name, description, price, total: totalQuantity, perUserLimit } = asked;
  const { startsAt: saleStartAtMs, endsAt: saleEndAtMs } = asked;
  return { name, description, price, totalQuantity, perUserLimit, saleStartAtMs, saleEndAtMs };
}

function id(value: string): string {
  return productId(value) ?? "";
}
