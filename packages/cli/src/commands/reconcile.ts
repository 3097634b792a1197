import type { Argv } from "yargs";
import { interval, option, productIds } from "../arguments.js";
import type { Globals } from "../globals.js";
import { reconcileOnce, reconcileEvery } from "../reconcile.js";
import { requireInventory, requireSchema } from "../required-stores.js";
import { run, runUntilInterrupted, type Work } from "../run.js";

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
        .check(({ productId, all }) => {
          if (all && productId.length > 0) throw new Error("Give product ids or --all, not both.");
          return true;
        })
        .example("$0 reconcile", "look at every product, change nothing")
        .example("$0 reconcile --all --fix", "repair every product")
        .example("$0 reconcile --fix --watch 10m --json", "one JSON document a line, every ten minutes")
        .epilogue(
          "With --watch the exit code at Ctrl-C is that of the worst round: 0 all agreed or was repaired, 1 drift was left, " +
            "3 a store could not be reached. The watch goes on meanwhile.",
        ),
    ({ json, productId: ids, fix, watch: everyMs }) => {
      const work: Work = async (session) => {
        requireInventory(session);
        await requireSchema(session);
        return everyMs === undefined
          ? reconcileOnce(session, ids, { fix })
          : reconcileEvery(everyMs, session, ids, { fix });
      };
      return everyMs === undefined ? run(json, work) : runUntilInterrupted(json, work);
    },
  );
