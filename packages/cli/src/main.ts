#!/usr/bin/env node
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { migrate } from "./commands/migrate.js";
import { orders } from "./commands/orders.js";
import { rebuild } from "./commands/rebuild.js";
import { reconcile } from "./commands/reconcile.js";
import { seed } from "./commands/seed.js";
import { serve } from "./commands/serve.js";
import { EXIT } from "./exit-code.js";
import { createOutput } from "./output.js";

const words = hideBin(process.argv);
const cli = yargs(words)
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
  .example("$0 reconcile --all --fix", "see that stock and orders agree, and mend it")
  .example("$0 orders export --out orders.csv", "what was sold")
  .epilogue("Exit codes: 0 done, 1 found something wrong, 2 wrong usage, 3 a store cannot be reached.")
  .wrap(Math.min(100, process.stderr.columns ?? 100))
  .fail(false);

try {
  await serve(orders(reconcile(rebuild(seed(migrate(cli)))))).parseAsync();
} catch (wrongUsage) {
  const sentence = wrongUsage instanceof Error ? wrongUsage.message : String(wrongUsage);
  const output = createOutput(words.includes("--json"));
  output.say(`${sentence}\nSee flash-sale --help, or --help after a command.`);
  output.document({ error: sentence });
  process.exitCode = EXIT.WRONG_USAGE;
}
