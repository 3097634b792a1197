import type { Argv } from "yargs";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const migrate = (cli: Argv<Globals>) =>
  cli.command(
    "migrate",
    "Bring the database schema up to date; safe when two start at once",
    (command) =>
      command
        .option("status", { type: "boolean", default: false, describe: "Only list what is not applied yet" })
        .option("dry-run", { type: "boolean", default: false, describe: "The same as --status" })
        .example(...example("apply what is missing", "$0 migrate"))
        .example(...example("look, change nothing", "$0 migrate --status")),
    async (argv) => (await import("../migrate.js")).migrate(argv),
  );
