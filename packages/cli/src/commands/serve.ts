import { closeOnSignals, createLog, readConfig, readEnvironment, serve as serveApi } from "@flash-sale/http-koa";
import type { Argv } from "yargs";
import { EXIT } from "../exit-code.js";
import type { Globals } from "../globals.js";
import { createOutput } from "../output.js";
import { saying } from "../run.js";

export const serve = (cli: Argv<Globals>) =>
  cli.command(
    "serve",
    "Run the HTTP API until SIGTERM or Ctrl-C, which cut no purchase",
    (command) =>
      command
        .example("$0 serve", "on the stores of the environment, else embedded ones")
        .example("PORT=3001 LOG_LEVEL=warn $0 serve", "settings are environment variables, see .env.example"),
    async ({ json }) => {
      const output = createOutput(json);
      process.exitCode = await saying(output, async () => {
        const config = readConfig(readEnvironment());
        const log = createLog(config.logLevel, { userKey: config.logUserKey });
        const serving = await serveApi(config, log);
        closeOnSignals(serving.close, log);
        for (const line of serving.greeting) output.say(line);
        output.document({ url: serving.url, inventory: serving.inventory, orders: serving.orders });
        return EXIT.DONE;
      });
    },
  );
