import type { Argv } from "yargs";
import { productId } from "../arguments.js";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const status = (cli: Argv<Globals>) =>
  cli.command(
    "status [productId]",
    "Show how a sale goes: live stock, held and sold units, and units sold a second",
    (command) =>
      command
        .positional("productId", { type: "string", describe: "Product, by id; none: the newest", coerce: productId })
        .option("watch", { type: "boolean", default: false, describe: "Look every second until Ctrl-C" })
        .example(...example("the newest sale, looked at for a second", "$0 status"))
        .example(...example("redrawn every second; where stderr is no terminal, a line a change", "$0 status --watch"))
        .example(...example("one JSON document a line, every second", "$0 status --watch --json | jq .sold"))
        .epilogue("Ctrl-C is the orderly end of --watch: the exit code is 0."),
    async (argv) => (await import("../sale-watch.js")).status(argv),
  );
