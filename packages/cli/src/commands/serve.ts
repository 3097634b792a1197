import type { Argv } from "yargs";
import { example } from "../example.js";
import type { Globals } from "../globals.js";

export const serve = (cli: Argv<Globals>) =>
  cli.command(
    "serve",
    "Run the HTTP API until SIGTERM or Ctrl-C, which cut no purchase",
    (command) =>
      command
        .example(...example("on the stores of the environment, else embedded ones", "$0 serve"))
        .example(
          ...example("settings are environment variables, see .env.example", "PORT=3001 LOG_LEVEL=warn $0 serve"),
        ),
    async (argv) => (await import("../serve.js")).serve(argv),
  );
