import type { Argv } from "yargs";
import { DRY_RUN, productIds, YES } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const rebuild = (cli: Argv<Globals>) =>
  cli.command(
    "rebuild <productId..>",
    "Load the hot store anew from the orders, also where it looks whole",
    (command) =>
      command
        .positional("productId", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "Products, by id",
          coerce: productIds,
        })
        .option("dry-run", DRY_RUN)
        .option("yes", YES)
        .example(...example("the sale goes on meanwhile; on a terminal it asks", "$0 rebuild $product"))
        .example(...example("look first: what would be loaded", "$0 rebuild $product --dry-run")),
    async (argv) => (await import("../rebuild.js")).rebuild(argv),
  );
