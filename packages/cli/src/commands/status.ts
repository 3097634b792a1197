import type { Argv } from "yargs";
import { productId } from "../arguments.js";
import type { Globals } from "../globals.js";
import { requireOwnInventory, requireSchema } from "../required-stores.js";
import { run, runUntilInterrupted, type Work } from "../run.js";
import { showStatus, watchStatus } from "../sale-watch.js";

export const status = (cli: Argv<Globals>) =>
  cli.command(
    "status [productId]",
    "Show how a sale goes: live stock, held and sold units, and units sold a second",
    (command) =>
      command
        .positional("productId", { type: "string", describe: "Product, by id; none: the newest", coerce: productId })
        .option("watch", { type: "boolean", default: false, describe: "Look every second until Ctrl-C" })
        .example("$0 status", "the newest sale, looked at for a second")
        .example("$0 status --watch", "redrawn every second; where stderr is no terminal, a line a change")
        .example("$0 status --watch --json | jq .sold", "one JSON document a line, every second")
        .epilogue("Ctrl-C is the orderly end of --watch: the exit code is 0."),
    ({ json, productId, watch }) => {
      const work: Work = async (session) => {
        requireOwnInventory(session);
        await requireSchema(session);
        return watch ? watchStatus(session, productId) : showStatus(session, productId);
      };
      return watch ? runUntilInterrupted(json, work) : run(json, work);
    },
  );
