import { closeOnSignals, createLog, readConfig, readEnvironment, serve as serveApi } from "@flash-sale/http-koa";
import { EXIT } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { createOutput } from "./output.js";
import { saying } from "./run.js";

export async function serve({ json }: Globals): Promise<void> {
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
}
