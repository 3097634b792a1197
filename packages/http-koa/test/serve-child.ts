// The API in a process of its own, as the CLI runs it: prints its URL, and ends on SIGTERM.
import { closeOnSignals, createLog, readConfig, serve } from "@flash-sale/http-koa";

const config = readConfig(process.env);
const log = createLog(config.logLevel);
const serving = await serve(config, log);
closeOnSignals(serving.close, log);
process.stdout.write(`${serving.url}\n`);
