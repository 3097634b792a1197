import type { Argv } from "yargs";
import { DRY_RUN, interval, option, productIds, YES } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const reconcile = (cli: Argv<Globals>) =>
  cli.command(
    "reconcile [productId..]",
    "Compare the hot store with the orders; exit code 1 where they differ and --fix is not given",
    (command) =>
      command
        .positional("productId", {
          type: "string",
          array: true,
          default: [],
          describe: "Products, by id; none means all",
          coerce: productIds,
        })
        .option("all", { type: "boolean", default: false, describe: "All products, as without ids" })
        .option("fix", {
          type: "boolean",
          default: false,
          describe: "Repair what differs; a live sale goes on meanwhile",
        })
        .option("watch", option("Again every T (90s, 10m, 2h) until Ctrl-C", "--watch", interval))
        .option("dry-run", { ...DRY_RUN, describe: "Only look, also with --fix" })
        .option("yes", YES)
        .check(({ productId, all }) => {
          if (all && productId.length > 0) throw new Error("Give product ids or --all, not both.");
          return true;
        })
        .example(...example("look at every product, change nothing", "$0 reconcile"))
        .example(...example("repair every product", "$0 reconcile --all --fix"))
        .example(...example("repair one, without being asked", "$0 reconcile $product --fix --yes"))
        .example(...example("one JSON document a line, every ten minutes", "$0 reconcile --fix --watch 10m --json"))
        .epilogue(
          "With --watch the exit code at Ctrl-C is that of the worst round: 0 all agreed or was repaired, 1 drift was left, " +
            "3 a store could not be reached. The watch goes on meanwhile. On a terminal --fix shows what differs, and asks.",
        ),
    async (argv) => (await import("../reconcile.js")).reconcile(argv),
  );
