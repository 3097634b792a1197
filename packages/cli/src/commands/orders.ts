import type { Argv } from "yargs";
import { orderIds, productId } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const orders = (cli: Argv<Globals>) =>
  cli.command("orders", "Export the orders, or cancel some", (command) =>
    cancel(exports(command))
      .demandCommand(1, 'Say what to do with the orders: "flash-sale orders export" or "cancel".')
      .example(...example("what was sold, for a spreadsheet", "$0 orders export --out orders.csv"))
      .example(...example("its units go back on sale", "$0 orders cancel $order")),
  );

const exports = (cli: Argv<Globals>) =>
  cli.command(
    "export [productId]",
    "Stream orders, of any number in constant memory, to a file or to stdout",
    (command) =>
      command
        .positional("productId", { type: "string", describe: "One product; without it all", coerce: productId })
        .option("format", {
          choices: ["csv", "ndjson"] as const,
          default: "csv" as const,
          describe: "Of the file, or of stdout without --json",
        })
        .option("out", { type: "string", requiresArg: true, describe: "File to write, whole or not at all" })
        .example(...example("all orders, for a spreadsheet", "$0 orders export --out orders.csv"))
        .example(...example("one JSON object a line", "$0 orders export --format ndjson | jq .userId"))
        .example(...example("one JSON array", "$0 orders export --json"))
        .example(
          ...example("the newest order's id", "order=$($0 orders export $product --json | jq -r '.[-1].orderId')"),
        )
        .epilogue("In CSV a text that a spreadsheet would take for a formula begins with '."),
    async (argv) => (await import("../export-orders.js")).exportOrders(argv),
  );

const cancel = (cli: Argv<Globals>) =>
  cli.command(
    "cancel <orderId..>",
    "Cancel orders for good; their units go back on sale, once",
    (command) =>
      command
        .positional("orderId", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "Orders, by id",
          coerce: orderIds,
        })
        .option("yes", { type: "boolean", default: false, describe: "Do not ask; needed where there is no terminal" })
        .example(...example("asks before it does", "$0 orders cancel $order"))
        .example(...example("for a script", "$0 orders cancel $order --yes --json"))
        .epilogue("A cancelled order stays cancelled: the same command again changes nothing, and is no fault."),
    async (argv) => (await import("../cancel-orders.js")).cancelOrders(argv),
  );
