import yargs from "yargs";
import { everyCommand } from "./commands/every-command.js";
import { example } from "./example.js";
import { withGlobals } from "./globals.js";

/** Of a terminal that does not say, and of what is no terminal. */
const USUAL_WIDTH = 80;
/** Longer lines are hard to read. */
const WIDEST = 100;

/** All commands, over the words of a command line. Wrong usage rejects with a sentence. */
export function createCli(words: readonly string[]) {
  const cli = yargs([...words])
    .scriptName("flash-sale")
    // Our own sentences are English as well.
    .locale("en")
    .usage(
      "$0 <command>\n\nThe admin CLI of the flash sale. Settings are environment variables, or lines of .env: see .env.example.",
    )
    .strict()
    .demandCommand(1, "Say what to do: flash-sale <command>.")
    .example(...example("a database, and something to sell", "$0 migrate && $0 seed --quantity 200"))
    .example(...example("sell it", "$0 serve"))
    .example(...example("see how it goes", "$0 status --watch"))
    .example(
      ...example(
        "the newest product's id, for the examples of other commands",
        "product=$($0 products list --json | jq -r '.items[-1].id')",
      ),
    )
    .example(...example("see that stock and orders agree, and mend it", "$0 reconcile --all --fix"))
    .example(...example("what was sold", "$0 orders export --out orders.csv"))
    .epilogue("Exit codes: 0 done, 1 found something wrong, 2 wrong usage, 3 a store cannot be reached, 130 Ctrl-C.")
    .wrap(Math.min(WIDEST, process.stdout.columns ?? process.stderr.columns ?? USUAL_WIDTH))
    .alias("help", "h")
    .fail(false);
  return everyCommand(withGlobals(cli));
}
