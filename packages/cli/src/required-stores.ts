import { tokens } from "@flash-sale/http-koa";
import { CommandFailed, EXIT } from "./exit-code.js";
import type { Session } from "./run.js";

/** For commands that need the tables: the embedded database's are brought up to date, another's are its owner's to migrate. */
export async function requireSchema({ wired, config }: Session): Promise<void> {
  // A server has done so before it listened.
  if (wired.server) return;
  const schema = await wired.get(tokens.schema);
  if (config.databaseUrl === null) {
    await schema.migrate();
    return;
  }
  const pending = await schema.pending();
  if (pending.length === 0) return;
  throw new CommandFailed(
    EXIT.FOUND_WRONG,
    `The database lacks ${pending.join(", ")}. Run "flash-sale migrate" first.`,
  );
}

/** For commands about the hot store as it is: Redis, or the inventory inside the running server. */
export function requireInventory({ wired, config }: Session): void {
  if (wired.server || config.redis !== null) return;
  throw new CommandFailed(
    EXIT.STORE_UNREACHABLE,
    `Without Redis the inventory is inside the server's process, and no server runs on ${config.dataDir}. ` +
      "Start one (flash-sale serve), or set REDIS_URL to the Redis that your servers use.",
  );
}

/**
 * For commands that look at a sale, or change it. Where nobody else can have the embedded database, the inventory of this very
 * process, made from the orders, is as good as a server's.
 */
export async function requireSale(session: Session): Promise<void> {
  if (session.config.databaseUrl !== null) requireInventory(session);
  await requireSchema(session);
}
