import { LIMITS } from "@flash-sale/core";
import type { Argv } from "yargs";
import { decimal, DRY_RUN, instant, option, productId, text, wholeNumber, YES } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const products = (cli: Argv<Globals>) =>
  cli.command("products", "List, show and change products", (command) =>
    update(show(list(command)))
      .demandCommand(1, 'Say what to do with the products: "flash-sale products list", "show" or "update".')
      .example(...example("all products, with their live stock", "$0 products list"))
      .example(...example("the sale goes on meanwhile", "$0 products update $product --total 500")),
  );

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
        .example(...example("all of them", "$0 products list"))
        .example(...example("a page of the admin API: items and nextCursor", "$0 products list --limit 100 --json")),
    async (argv) => (await import("../products.js")).listProducts(argv),
  );

const show = (cli: Argv<Globals>) =>
  cli.command(
    "show <productId>",
    "Show a product, with live stock, held and sold units, and drift",
    (command) =>
      command
        .positional("productId", { type: "string", demandOption: true, describe: "Product, by id", coerce: id })
        .example(...example("as a text", "$0 products show $product"))
        .example(...example("as the admin API shows it", "$0 products show $product --json")),
    async (argv) => (await import("../products.js")).showProduct(argv),
  );

const update = (cli: Argv<Globals>) =>
  cli.command(
    "update <productId>",
    "Change a product while its sale goes on; what is left out stays",
    changes,
    async (argv) => (await import("../update-product.js")).updateProduct(argv),
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
    .option("dry-run", DRY_RUN)
    .option("yes", YES)
    .check((argv) => {
      if (CHANGEABLE.every((name) => argv[name] === undefined))
        throw new Error(`Say what to change: ${CHANGEABLE.map((name) => `--${name}`).join(", ")}.`);
      return true;
    })
    .example(...example("more to sell, or less", "$0 products update $product --total 500"))
    .example(...example("look first: what would change", "$0 products update $product --price 59.99 --dry-run"))
    .example(...example("sell longer", "$0 products update $product --ends-at 2040-01-31T18:00:00Z"))
    .epilogue(
      "A total below what is sold or held changes nothing: the exit code is 1, and the smallest one is told. On a terminal it asks " +
        "before it lowers a total or lets a sale end sooner.",
    );

const CHANGEABLE = ["name", "description", "price", "total", "per-user-limit", "starts-at", "ends-at"] as const;
const units = wholeNumber(1, LIMITS.totalQuantity);

function id(value: string): string {
  return productId(value) ?? "";
}
