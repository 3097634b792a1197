import type { Argv } from "yargs";
import { productIds } from "../arguments.js";
import { exportOrders } from "../export-orders.js";
import type { Globals } from "../globals.js";
import { requireSchema, run } from "../run.js";

export const orders = (cli: Argv<Globals>) =>
  cli.command("orders", "Export the orders", (command) =>
    command
      .command(
        "export [productId]",
        "Stream orders, of any number in constant memory, to a file or to stdout",
        (command) =>
          command
            .positional("productId", {
              type: "string",
              describe: "One product; without it all",
              coerce: (id?: string) => (id === undefined ? id : productIds([id])[0]),
            })
            .option("format", {
              choices: ["csv", "ndjson"] as const,
              default: "csv" as const,
              describe: "Of the file, or of stdout without --json",
            })
            .option("out", { type: "string", requiresArg: true, describe: "File to write, whole or not at all" })
            .example("$0 orders export --out orders.csv", "all orders, for a spreadsheet")
            .example("$0 orders export --format ndjson | jq .userId", "one JSON object a line")
            .example("$0 orders export --json", "one JSON array"),
        ({ json, productId, format, out }) =>
          run(json, async (session) => {
            await requireSchema(session);
            return exportOrders(session, { productId, format, out });
          }),
      )
      .demandCommand(1, 'Say what to do with the orders: "flash-sale orders export".'),
  );
