import { createFlashSale, StoreUnavailable, type Locks } from "@flash-sale/core";
import { ContainerModule } from "inversify";
import type { Log } from "../log.js";
import { provide } from "./token.js";
import { tokens } from "./tokens.js";

/** Never granted: who cannot lead keeps no house. */
const NO_LOCKS: Locks = { acquire: async () => false, release: async () => undefined };

/**
 * The sale itself, over whichever stores the other modules provide. `keepsHouse` is for servers: a command that looks for drift
 * must not have it repaired behind its back.
 */
export const coreModule = (keepsHouse: boolean): ContainerModule =>
  new ContainerModule((load) => {
    const { products, inventory, loading, locks, admission, orders, orderPages, announcements, clock, ids, log } =
      tokens;
    provide(
      load,
      tokens.sale,
      [products, inventory, loading, locks, admission, orders, orderPages, announcements, clock, ids, log],
      (products, inventory, loading, locks, admission, orders, orderPages, announcements, clock, ids, log) =>
        createFlashSale({
          ...{ products, inventory, loading, admission, orders, orderPages, announcements, clock, ids },
          locks: keepsHouse ? locks : NO_LOCKS,
          onFault: (doing, fault) => logFault(log, doing, fault),
        }),
      (sale) => sale.close(),
    );
  });

/** A store that is away fails every round of housekeeping: a line each, without its stack. */
function logFault(log: Log, doing: string, fault: unknown): void {
  if (fault instanceof StoreUnavailable)
    log.warn({ doing, store: fault.store, cause: String(fault.cause) }, fault.message);
  else log.error({ doing, err: fault }, "a fault behind the purchases");
}
