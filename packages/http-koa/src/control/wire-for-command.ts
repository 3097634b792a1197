import { BadConfig, type Config } from "../config.js";
import { usesDataFolder, wire, wireRemote, type Wired } from "../container.js";
import type { Log } from "../log.js";
import { withoutPassword } from "../store-urls.js";
import { findServer, type Remote } from "./remote.js";

/** What a command works on. */
export interface WiredForCommand extends Wired {
  /** The running server that does the work; null: this process does it, on the stores themselves. */
  readonly server: { readonly url: string } | null;
}

/**
 * Wires a command: through the running server where inventory or database are inside its process and it is found in DATA_DIR, else on
 * the stores themselves.
 * @throws BadConfig where that server has another database than the one that was asked for
 */
export async function wireForCommand(config: Config, log: Log): Promise<WiredForCommand> {
  const remote = usesDataFolder(config) ? await findServer(config.dataDir) : null;
  if (remote === null) return { ...wire(config, log, { keepsHouse: false }), server: null };
  checkDatabase(config, remote);
  return { ...wireRemote(config, log, remote), server: { url: remote.url } };
}

/** Whoever names a database means that one, and not the one of a server that happens to have the folder. */
function checkDatabase({ databaseUrl, dataDir }: Config, { url, about }: Remote): void {
  const asked = databaseUrl === null ? about.orders.where : withoutPassword(databaseUrl);
  if (asked === about.orders.where) return;
  throw new BadConfig([
    `DATABASE_URL leads to ${asked}, but the server at ${url}, which has DATA_DIR ${dataDir}, works on ${about.orders.where}. Unset DATABASE_URL, or set DATA_DIR to another folder.`,
  ]);
}
