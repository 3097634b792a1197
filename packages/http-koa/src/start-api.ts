import type { Config } from "./config.js";
import type { Wired } from "./container.js";
import { tokens } from "./container/tokens.js";
import { startServer, type RunningServer } from "./server.js";

/** The wired app on its port. To stop it ends the event streams first: they would go on for ever. */
export async function startApi(wired: Wired, config: Config): Promise<RunningServer> {
  const streams = await wired.get(tokens.streams);
  const { port, stop } = await startServer(await wired.get(tokens.app), config);
  return {
    port,
    async stop() {
      const stopped = stop();
      streams.close();
      await stopped;
    },
  };
}
