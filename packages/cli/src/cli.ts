import yargs from "yargs";
import { completion } from "./commands/completion.js";
import { doctor } from "./commands/doctor.js";
import { migrate } from "./commands/migrate.js";
import { orders } from "./commands/orders.js";
import { products } from "./commands/products.js";
import { rebuild } from "./commands/rebuild.js";
import { reconcile } from "./commands/reconcile.js";
import { seed } from "./commands/seed.js";
import { serve } from "./commands/serve.js";
import { status } from "./commands/status.js";

const WIDEST = 100;

/** All commands, over the words of a command line. Wrong usage rejects with a sentence. */
export function createCli(words: readonly string[]) {
  const cli = yargs([...words])
    .scriptName("flash-sale")
    .usage(
      "$0 <command>\n\nThe admin CLI of the flash sale. Settings are environment variables, or lines of .env: see .env.example.",
    )
    .option("json", { type: "boolean", default: false, describe: "Print one JSON document on stdout" })
    .strict()
    .recommendCommands()
    .demandCommand(1, "Say what to do: flash-sale <command>.")
    .example("$0 migrate && $0 seed --quantity 200", "a database and something to sell")
    .example("$0 serve", "sell it")
    .example("$0 status --watch", "see how it goes")
    .example("$0 reconcile --all --fix", "see that stock and orders agree, and mend it")
    .example("$0 orders export --out orders.csv", "what was sold")
    .epilogue("Exit codes: 0 done, 1 found something wrong, 2 wrong usage, 3 a store cannot be reached, 130 Ctrl-C.")
    .wrap(Math.min(WIDEST, process.stderr.columns ?? WIDEST))
    .fail(false);
  const stores = doctor(orders(rebuild(reconcile(status(products(seed(migrate(cli))))))));
  return completion(serve(stores));
}
