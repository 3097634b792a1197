import type { Config } from "./config.js";
import { usesDataFolder, wire, type Wired } from "./container.js";
import { tokens } from "./container/tokens.js";
import { openControl } from "./control/open-control.js";
import { greetingOf } from "./greeting.js";
import type { Log } from "./log.js";
import type { RunningServer } from "./server.js";
import { startApi } from "./start-api.js";
import { prepareStores } from "./start-up.js";
import { startWorkers } from "./workers.js";

/** An API that answers. */
export interface Serving {
  /** Where the API answers, without its base path. */
  readonly url: string;
  /** Which stores it stands on. */
  readonly inventory: string;
  readonly orders: string;
  /** What runs where, and how to buy: lines for people. A new admin key is among them, so they are no lines for a log. */
  readonly greeting: readonly string[];
  /** Takes no new connection, answers what came, and lets go of stores and folder. */
  close(): Promise<void>;
}

/**
 * Starts the API on the configured stores: schema first, then the port; in this process, or in `workers` of them.
 * @throws BadConfig, StoreUnreachable; then nothing of it goes on
 */
export async function serve(config: Config, log: Log): Promise<Serving> {
  const alone = config.workers === 1;
  const wired = wire(config, log, { keepsHouse: alone });
  try {
    await prepareStores(wired, config, log);
    const server = alone ? await serveAlone(wired, config, log) : await startWorkers(config, log);
    const url = urlOf(config.host, server.port);
    const { where: inventory } = await wired.get(tokens.inventoryStore);
    const { where: orders } = await wired.get(tokens.ordersStore);
    const greeting = await greetingOf(wired, url, config);
    // The primary of workers has said what it knows, and needs no store any more.
    if (!alone) await wired.close();
    return {
      ...{ url, inventory, orders, greeting },
      async close() {
        await server.stop();
        if (alone) await wired.close();
      },
    };
  } catch (fault) {
    await wired.close();
    throw fault;
  }
}

async function serveAlone(wired: Wired, config: Config, log: Log): Promise<RunningServer> {
  const server = await startApi(wired, config);
  if (!usesDataFolder(config)) return server;
  try {
    const closeControl = await openControl(wired, urlOf(config.host, server.port), config.dataDir, log);
    return {
      port: server.port,
      async stop() {
        await Promise.all([server.stop(), closeControl()]);
      },
    };
  } catch (fault) {
    await server.stop();
    throw fault;
  }
}

/** An address under which this machine reaches a server that listens on all of its own. */
function urlOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
