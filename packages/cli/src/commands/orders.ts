import type { Argv } from "yargs";
import { orderIds, productId } from "../arguments.js";
import { cancelOrders } from "../cancel-orders.js";
import { exportOrders } from "../export-orders.js";
import type { Globals } from "../globals.js";
import { requireOwnInventory, requireSchema } from "../required-stores.js";
import { run } from "../run.js";
import { keepHeapSmall } from "../small-heap.js";

export const orders = (cli: Argv<Globals>) =>
  cli.command("orders", "Export the orders, or cancel some", (command) =>
    cancel(exports(command))
      .demandCommand(1, 'Say what to do with the orders: "flash-sale orders export" or "cancel".')
      .example("$0 orders export --out orders.csv", "what was sold, for a spreadsheet")
      .example("$0 orders cancel 0190a5a0-0000-7000-8000-000000000000", "its units go back on sale"),
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
        .example("$0 orders export --out orders.csv", "all orders, for a spreadsheet")
        .example("$0 orders export --format ndjson | jq .userId", "one JSON object a line")
        .example("$0 orders export --json", "one JSON array")
        .epilogue("In CSV a text that a spreadsheet would take for a formula begins with '."),
    ({ json, productId, format, out }) => {
      keepHeapSmall();
      return run(json, async (session) => {
        await requireSchema(session);
        return exportOrders(session, { productId, format, out });
      });
    },
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
        .example("$0 orders cancel 0190a5a0-0000-7000-8000-000000000000", "asks before it does")
        .example("$0 orders cancel 0190a5a0-0000-7000-8000-000000000000 --yes --json", "for a script")
        .epilogue("A cancelled order stays cancelled: the same command again changes nothing, and is no fault."),
    ({ json, orderId: ids, yes }) =>
      run(json, async (session) => {
        requireOwnInventory(session);
        await requireSchema(session);
        return cancelOrders(session, ids, { asks: !yes });
      }),
  );
