import { LIMITS } from "@flash-sale/core";
import type { Argv } from "yargs";
import { decimal, duration, option, text, wholeNumber } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";
import { MAX_PRODUCTS } from "../product-file/entry.js";

export const seed = (cli: Argv<Globals>) =>
  cli.command("seed", "Create products and load their stock, all or none", options, async (argv) =>
    (await import("../seed.js")).seed(argv),
  );

/** What a file says by itself, product by product. */
const NOT_WITH_FILE = ["products", "quantity", "price", "starts-in", "duration", "per-user-limit"] as const;

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
    .option("dry-run", { type: "boolean", default: false, describe: "Check what would be created, and create nothing" })
    .check((argv) => {
      const contradicting = NOT_WITH_FILE.find((name) => argv[name] !== undefined);
      if (argv.file !== undefined && contradicting !== undefined)
        throw new Error(`--${contradicting} says what --file says: give one of them.`);
      return true;
    })
    .example(...example("one product, 200 units, on sale at once for two hours", "$0 seed"))
    .example(...example("three sales that open in ten minutes", "$0 seed --products 3 --quantity 1000 --starts-in 10m"))
    .example(...example("check a file, change nothing", "$0 seed --file products.csv --dry-run"))
    .example(...example("all of its products, or none", "$0 seed --file products.json"))
    .epilogue(
      "A .csv file begins with a line of column names: name, price and totalQuantity, and if wanted description, currency, " +
        "perUserLimit, saleStartAt, saleEndAt. A .json file is an array of objects with these fields. Times need an offset: " +
        "2030-01-31T18:00:00Z. Every line is checked first; a bad one is named, nothing is created, and the exit code is 2.",
    );
